using Nunchi.Chat;
using Nunchi.Text.Templates;

namespace Nunchi.Text;

/// <summary>Finds what the assistant says in a rendered conversation.</summary>
internal static class AssistantText
{
    /// <summary>One range per assistant message, in order, each with its closing end-of-turn token.</summary>
    /// <param name="text">The rendered conversation.</param>
    /// <param name="messages">Its messages.</param>
    /// <param name="endOfTurn">The token that closes a turn.</param>
    /// <param name="generationPrompt">The header that the assistant goes on from, asked for only when the template marks no generation blocks.</param>
    public static List<(int Start, int End)> Find(TemplateText text, IReadOnlyList<Message> messages, string? endOfTurn, Func<string?> generationPrompt)
    {
        var marked = Marked(text);
        if (marked.Count > 0)
            return [.. marked.Select(span => (span.Start, Closed(text.Value, span.End, span.End, endOfTurn)))];
        var header = generationPrompt();
        var places = Places(text, messages.Count);
        var spans = new List<(int, int)>();
        var at = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            var (first, last) = places[i] ?? (-1, -1);
            if (messages[i].Role == Role.Assistant)
            {
                var start = Start(text.Value, at, first, header) ?? throw new TemplateException($"does not show where assistant message {i + 1} begins");
                last = Math.Max(last, start);
                var next = places.Skip(i + 1).Select(p => p?.First).FirstOrDefault(p => p is not null) ?? text.Length;
                last = Closed(text.Value, last, Math.Max(last, next), endOfTurn);
                spans.Add((start, last));
            }

            at = Math.Max(at, last);
        }

        return spans;
    }

    private static List<(int Start, int End)> Marked(TemplateText text)
    {
        var spans = new List<(int Start, int End)>();
        var at = 0;
        foreach (var run in text.Runs)
        {
            if (Origin.InGeneration(run.Mark))
            {
                if (spans.Count > 0 && spans[^1].End == at)
                    spans[^1] = (spans[^1].Start, at + run.Length);
                else
                    spans.Add((at, at + run.Length));
            }

            at += run.Length;
        }

        return spans;
    }

    /// <summary>Where the text of each message first and last stands; null for a message of which nothing was printed.</summary>
    private static (int First, int Last)?[] Places(TemplateText text, int count)
    {
        var places = new (int First, int Last)?[count];
        var at = 0;
        foreach (var run in text.Runs)
        {
            if (Origin.MessageOf(Origin.Of(run.Mark)) is { } message && message < count)
                places[message] = (places[message]?.First ?? at, at + run.Length);
            at += run.Length;
        }

        return places;
    }

    // What lies between the header and the message's own text (a blank after a colon, say) is the assistant's to say.
    private static int? Start(string text, int from, int first, string? header)
    {
        if (first < 0)
            return header is not null && text.IndexOf(header, from, StringComparison.Ordinal) is var at and >= 0 ? at + header.Length : null;
        if (header is null || first < from)
            return first;
        var last = text.AsSpan(from, first - from).LastIndexOf(header);
        return last < 0 ? first : from + last + header.Length;
    }

    private static int Closed(string text, int from, int limit, string? endOfTurn)
    {
        if (string.IsNullOrEmpty(endOfTurn))
            return from;
        var at = limit == from
            ? text.AsSpan(from).StartsWith(endOfTurn) ? 0 : -1
            : text.AsSpan(from, limit - from).IndexOf(endOfTurn);
        return at < 0 ? from : from + at + endOfTurn.Length;
    }
}

using Nunchi.Chat;
using Nunchi.Data.Tasks;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Suites;

/// <summary>
/// Questions of training samples as a person's program asks them: their tags become tasks and regions, because tags in a person's text stay text.
/// </summary>
internal static class QuestionForm
{
    public static Message Of(Message question) => question with { Parts = [.. question.Parts.SelectMany(Parts)] };

    /// <summary>A question as people read it.</summary>
    public static string Shown(Message question) => string.Concat(question.Parts.Select(part => part switch
    {
        TextPart text => text.Text,
        TaskPart { Task: VisualTask.Read } => GroundingTags.AskForTexts,
        TaskPart => GroundingTags.AskForBoxes,
        RegionPart region => GroundingMarkup.Write(region.Phrase, region.Kind, region.Boxes),
        _ => "",
    }));

    private static IEnumerable<ContentPart> Parts(ContentPart part)
    {
        if (part is not TextPart { Text: var text })
            return [part];
        if (text == GroundingTags.AskForTexts)
            return [new TaskPart(VisualTask.Read)];
        return text.StartsWith(GroundingTags.AskForBoxes, StringComparison.Ordinal)
            ? [new TaskPart(VisualTask.Ground), .. Regions(text[GroundingTags.AskForBoxes.Length..])]
            : Regions(text);
    }

    private static IEnumerable<ContentPart> Regions(string text)
    {
        GroundingParser parsed = GroundingParser.Parse(text);
        int at = 0;
        foreach (GroundedSpan span in parsed.Spans)
        {
            if (span.Start > at)
                yield return new TextPart(parsed.Text[at..span.Start]);
            yield return new RegionPart(span.Phrase, span.Kind, span.Boxes);
            at = span.End;
        }
        if (at < parsed.Text.Length)
            yield return new TextPart(parsed.Text[at..]);
    }
}

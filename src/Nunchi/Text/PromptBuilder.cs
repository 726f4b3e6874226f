using System.Runtime.InteropServices;
using Nunchi.Chat;
using Nunchi.Text.Files;
using Nunchi.Text.PreTokenization;
using Nunchi.Text.Templates;

namespace Nunchi.Text;

/// <summary>
/// Turns a conversation into token ids by a checkpoint's chat template and tokenizer. Text that people typed never becomes a special token,
/// and never stands for a picture. Safe to use from many threads at once.
/// </summary>
public sealed class PromptBuilder
{
    private static readonly HashSet<int> Nothing = [];

    private readonly Tokenizer _guarded;

    /// <summary>Puts a template and a tokenizer together.</summary>
    /// <param name="template">The chat template.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="imageToken">The placeholder that the template writes for a picture, or null when the model takes text only.</param>
    /// <exception cref="ArgumentException">The placeholder is not a token that is matched whole.</exception>
    public PromptBuilder(ChatTemplate template, Tokenizer tokenizer, string? imageToken)
    {
        if (imageToken is not null && !tokenizer.AddedTokens.Any(t => t.Content == imageToken))
            throw new ArgumentException($"the image placeholder \"{imageToken}\" is not among the tokenizer's added tokens", nameof(imageToken));
        Template = template;
        Tokenizer = tokenizer;
        ImageToken = imageToken;
        ImageTokenId = imageToken is null ? null : tokenizer.TokenId(imageToken);
        EndOfTurn = tokenizer.EosToken;
        _guarded = tokenizer.WithSpecial([imageToken, .. tokenizer.NamedTokens.Values]);
    }

    /// <summary>The chat template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The placeholder for a picture, or null when the model takes text only.</summary>
    public string? ImageToken { get; }

    /// <summary>The placeholder's id, or null when the model takes text only.</summary>
    public int? ImageTokenId { get; }

    /// <summary>The token that ends the assistant's turn, as <c>tokenizer_config.json</c> names it (<c>eos_token</c>), or null.</summary>
    public string? EndOfTurn { get; }

    /// <summary>Loads template and tokenizer of a checkpoint directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="FileNotFoundException">The tokenizer or the template is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message names it.</exception>
    public static PromptBuilder Load(string directory)
    {
        var tokenizer = Tokenizer.Load(directory);
        return new PromptBuilder(ChatTemplate.Load(directory), tokenizer, ImageTokenFile.Find(directory, tokenizer));
    }

    /// <summary>Builds a prompt.</summary>
    /// <param name="messages">The conversation; at least one message.</param>
    /// <param name="options">How; null for a prompt that the assistant is to continue.</param>
    /// <exception cref="ArgumentException">There is no message, or there are pictures but the model takes none.</exception>
    /// <exception cref="TemplateException">The template refused the messages, failed, or did not write one placeholder per picture.</exception>
    public Prompt Build(IReadOnlyList<Message> messages, PromptOptions? options = null)
    {
        options ??= new PromptOptions();
        if (messages.Count == 0)
            throw new ArgumentException("a prompt needs at least one message", nameof(messages));
        var images = messages.Sum(m => m.Parts.OfType<ImagePart>().Count());
        if (images > 0 && ImageToken is null)
            throw new ArgumentException($"the conversation has {images} pictures, but the checkpoint names no image placeholder", nameof(messages));

        var text = Render(messages, messages.Count, options, options.AddGenerationPrompt);
        IReadOnlyList<(int Start, int End)> spans = options.FindAssistantSpans
            ? AssistantText.Find(text, messages, EndOfTurn, () => GenerationPrompt(messages, options))
            : [];
        var allowed = AllowedByMessage(messages, options);
        var ids = new List<int>();
        var tokenSpans = new List<TokenSpan>();
        var at = 0;
        foreach (var (start, end) in spans)
        {
            Encode(text, at, start, allowed, ids);
            var first = ids.Count;
            Encode(text, start, end, allowed, ids);
            tokenSpans.Add(new TokenSpan(first, ids.Count));
            at = end;
        }

        Encode(text, at, text.Length, allowed, ids);
        var prefix = Tokenizer.PrefixIds;
        if (prefix.Count > 0 && !ids.Take(prefix.Count).SequenceEqual(prefix))
        {
            ids.InsertRange(0, prefix);
            tokenSpans = [.. tokenSpans.Select(s => new TokenSpan(s.Start + prefix.Count, s.End + prefix.Count))];
        }

        return new Prompt(text.Value, ids, ImagePositions(ids, images), tokenSpans);
    }

    private List<int> ImagePositions(List<int> ids, int images)
    {
        var positions = new List<int>(images);
        for (var i = 0; i < ids.Count && ImageTokenId is { } id; i++)
        {
            if (ids[i] == id)
                positions.Add(i);
        }

        return positions.Count == images
            ? positions
            : throw new TemplateException($"wrote {positions.Count} times \"{ImageToken}\" for {images} pictures; it should write it once for each");
    }

    private HashSet<int>[] AllowedByMessage(IReadOnlyList<Message> messages, PromptOptions options)
    {
        var (user, assistant) = (Ids(options.UserMarkup), Ids(options.AssistantMarkup));
        return [.. messages.Select(m => m.Role == Role.Assistant ? assistant : user)];

        HashSet<int> Ids(IReadOnlyCollection<string> tokens) => [.. Tokenizer.AddedTokens.Where(t => tokens.Contains(t.Content)).Select(t => t.Id)];
    }

    private void Encode(TemplateText text, int start, int end, HashSet<int>[] allowed, List<int> ids)
    {
        if (start >= end)
            return;
        var ranges = new List<GuardedRange>();
        var at = 0;
        foreach (var run in text.Runs)
        {
            var (from, to) = (Math.Max(at, start) - start, Math.Min(at + run.Length, end) - start);
            at += run.Length;
            var origin = Origin.Of(run.Mark);
            if (from < to && origin != Origin.Template)
                ranges.Add(new GuardedRange(from, to, Origin.MessageOf(origin) is { } message ? allowed[message] : Nothing));
        }

        var place = start == 0 ? TextPlace.Start : ids.Count > 0 && _guarded.IsAdded(ids[^1]) ? TextPlace.AfterToken : TextPlace.Inside;
        _guarded.EncodeGuarded(text.Value.AsSpan(start, end - start), CollectionsMarshal.AsSpan(ranges), ids, place);
    }

    private TemplateText Render(IReadOnlyList<Message> messages, int count, PromptOptions options, bool generationPrompt)
    {
        var variables = new Dictionary<string, object?>();
        foreach (var (name, token) in Tokenizer.NamedTokens)
            variables[name] = ChatTemplate.ControlText(token);
        foreach (var (name, value) in options.Variables)
            variables[name] = value;
        variables["messages"] = messages.Take(count).Select((m, i) => (object?)Describe(m, i)).ToList();
        variables["add_generation_prompt"] = generationPrompt;
        return Template.RenderText(variables);
    }

    private Dictionary<string, object?> Describe(Message message, int index) => new()
    {
        ["role"] = message.Role switch { Role.System => "system", Role.User => "user", _ => "assistant" },
        ["content"] = Template.TakesContentParts ? message.Parts.Select(Describe).ToList() : Flat(message, index),
    };

    private static object? Describe(ContentPart part) => part switch
    {
        ControlTextPart control => new Dictionary<string, object?> { ["type"] = "text", ["text"] = ChatTemplate.ControlText(control.Text) },
        TextPart text => new Dictionary<string, object?> { ["type"] = "text", ["text"] = text.Text },
        ImagePart => new Dictionary<string, object?> { ["type"] = "image" },
        _ => throw new ArgumentException($"a message part of type {part.GetType().Name} cannot be put into a prompt"),
    };

    // For templates that print content as it is: placeholders are put into the text, as the template's own.
    private TemplateText Flat(Message message, int index)
    {
        var text = new TextBuilder();
        foreach (var part in message.Parts)
        {
            if (part is ControlTextPart control)
                text.Append(control.Text, Origin.Template);
            else if (part is TextPart written)
                text.Append(written.Text, Origin.OfMessage(index));
            else if (part is ImagePart)
                text.Append(ImageToken + "\n", Origin.Template);
            else
                throw new ArgumentException($"a message part of type {part.GetType().Name} cannot be put into a prompt");
        }

        return text.ToText();
    }

    /// <summary>What the template writes for the assistant to go on from, found by rendering the messages before the first answer with and without it.</summary>
    private string? GenerationPrompt(IReadOnlyList<Message> messages, PromptOptions options)
    {
        var count = messages.TakeWhile(m => m.Role != Role.Assistant).Count();
        count = count == 0 ? messages.Count : count;
        var with = Render(messages, count, options, generationPrompt: true).Value;
        var without = Render(messages, count, options, generationPrompt: false).Value;
        return with.Length > without.Length && with.StartsWith(without, StringComparison.Ordinal) ? with[without.Length..] : null;
    }
}

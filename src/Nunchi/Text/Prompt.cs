namespace Nunchi.Text;

/// <summary>A range of token positions.</summary>
/// <param name="Start">The first position.</param>
/// <param name="End">The position after the last.</param>
public readonly record struct TokenSpan(int Start, int End);

/// <summary>A conversation turned into token ids.</summary>
/// <param name="Text">The rendered text, each picture as one placeholder.</param>
/// <param name="Ids">The token ids, each picture as one placeholder; repeat it as often as the picture has features.</param>
/// <param name="ImagePositions">Where in <paramref name="Ids"/> the placeholders stand, one per picture, in the order of the pictures in the messages.</param>
/// <param name="AssistantSpans">
/// What the assistant says, one span per assistant message, each with its closing end-of-turn token: where training puts its loss. Empty unless asked for.
/// </param>
public sealed record Prompt(string Text, IReadOnlyList<int> Ids, IReadOnlyList<int> ImagePositions, IReadOnlyList<TokenSpan> AssistantSpans);

/// <summary>How a <see cref="PromptBuilder"/> builds.</summary>
public sealed record PromptOptions
{
    /// <summary>Whether the prompt ends with the header of the assistant's next turn.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>
    /// Whether <see cref="Prompt.AssistantSpans"/> are wanted. The text is then cut where a span starts, so that the span's first token is what a model
    /// would have to say first after the header.
    /// </summary>
    public bool FindAssistantSpans { get; init; }

    /// <summary>
    /// Special tokens that are recognised in the text of system and user messages. None by default: what people type never becomes a special token.
    /// Name some for data that is trusted to use them (training samples, reference cases); for a single marker that the program itself puts into a
    /// message use a <see cref="ControlTextPart"/>.
    /// </summary>
    public IReadOnlyCollection<string> UserMarkup { get; init; } = [];

    /// <summary>Special tokens that are recognised in the text of assistant messages: what a model writes to mark phrases and boxes.</summary>
    public IReadOnlyCollection<string> AssistantMarkup { get; init; } = ["<obj>", "</obj>", "<bbox>", "</bbox>", "<char>", "</char>", "<delim>"];

    /// <summary>Further variables of the template, such as <c>tools</c> or <c>enable_thinking</c>; their text counts as user text.</summary>
    public IReadOnlyDictionary<string, object?> Variables { get; init; } = new Dictionary<string, object?>();
}

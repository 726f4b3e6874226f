using Nunchi.Grounding;

namespace Nunchi.Chat;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended it, or a stop string came.</summary>
    Stop,

    /// <summary><see cref="GenerationOptions.MaxTokens"/> or the model's context was reached.</summary>
    Length,
}

/// <summary>A complete answer.</summary>
public sealed record Answer
{
    /// <summary>The answer for people: no tags, no coordinates.</summary>
    public required string Text { get; init; }

    /// <summary>The answer as the model wrote it, grounding tags included; what goes into the conversation for the next turn.</summary>
    public required string RawText { get; init; }

    /// <summary>The phrases of <see cref="Text"/> that are tied to regions, in order.</summary>
    public required IReadOnlyList<GroundedSpan> Spans { get; init; }

    /// <summary>What the model wrote against the format of its tags, and where; nothing of it is missing from the text.</summary>
    public IReadOnlyList<GroundingOddity> Oddities { get; init; } = [];

    /// <summary>What was read and written, in tokens.</summary>
    public required Usage Usage { get; init; }

    /// <summary>How long the steps took.</summary>
    public required Timings Timings { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }
}

/// <summary>Tokens of one answer.</summary>
/// <param name="PromptTokens">All tokens that the decoder took in, pictures included.</param>
/// <param name="ImageTokens">Those of <paramref name="PromptTokens"/> that stand for pictures.</param>
/// <param name="CompletionTokens">Tokens produced, the end token included when there was one.</param>
public sealed record Usage(int PromptTokens, int ImageTokens, int CompletionTokens)
{
    /// <summary>Those of <see cref="PromptTokens"/> that were taken in for an earlier question and had only to be found.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Tokens that were guessed from what the text repeats, and checked along with a chosen one.</summary>
    public int DraftedTokens { get; init; }

    /// <summary>Those of <see cref="DraftedTokens"/> that the model chose: passes over the weights that were saved.</summary>
    public int AcceptedTokens { get; init; }
}

/// <summary>Durations of one answer; loading the model is not in it.</summary>
public sealed record Timings
{
    /// <summary>Preparing pictures, image encoder and projector.</summary>
    public required TimeSpan Encode { get; init; }

    /// <summary>Taking in the prompt.</summary>
    public required TimeSpan Prefill { get; init; }

    /// <summary>From the question to the first token.</summary>
    public required TimeSpan FirstToken { get; init; }

    /// <summary>From the first token to the last.</summary>
    public required TimeSpan Decode { get; init; }

    /// <summary>From the question to the end.</summary>
    public required TimeSpan Total { get; init; }
}

using Nunchi.Grounding;

namespace Nunchi.Chat;

/// <summary>A piece of an answer that is being made: one of <see cref="PhaseProgress"/>, <see cref="TextDelta"/>, <see cref="SpanCompleted"/> or <see cref="AnswerCompleted"/>.</summary>
public abstract record AnswerUpdate
{
    private protected AnswerUpdate()
    {
    }
}

/// <summary>The step that an answer is in.</summary>
public enum AnswerPhase
{
    /// <summary>The image encoder works; the unit is one encoded tile.</summary>
    Encode,

    /// <summary>The decoder takes in the conversation; the unit is one token.</summary>
    Prefill,
}

/// <summary>How far a phase before the first token has come.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Done">Units done, 0..<paramref name="Total"/>.</param>
/// <param name="Total">Units in all, at least 1.</param>
public sealed record PhaseProgress(AnswerPhase Phase, int Done, int Total) : AnswerUpdate;

/// <summary>More text of the answer, its tags taken out.</summary>
/// <param name="Text">The text, whole characters only, not empty.</param>
/// <param name="SpanIndex">The place in <see cref="Answer.Spans"/> of the phrase that this text belongs to, while it is still open; null outside of phrases.</param>
public sealed record TextDelta(string Text, int? SpanIndex = null) : AnswerUpdate;

/// <summary>A phrase and its boxes are complete.</summary>
/// <param name="SpanIndex">Its place in <see cref="Answer.Spans"/>.</param>
/// <param name="Span">The phrase with its boxes.</param>
public sealed record SpanCompleted(int SpanIndex, GroundedSpan Span) : AnswerUpdate;

/// <summary>The answer has ended; nothing follows.</summary>
/// <param name="Answer">The whole answer.</param>
public sealed record AnswerCompleted(Answer Answer) : AnswerUpdate;

/// <summary>A token as the model saw it, when <see cref="GenerationOptions.TopLogprobs"/> asks for it. It comes before the text that it adds to.</summary>
/// <param name="Token">The token that was chosen.</param>
/// <param name="Top">The most likely ones, most likely first; the chosen one need not be among them.</param>
public sealed record TokenChosen(TokenLogprob Token, IReadOnlyList<TokenLogprob> Top) : AnswerUpdate;

/// <summary>A token and how likely it was.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Bytes">Its bytes, which need not be whole characters.</param>
/// <param name="Logprob">Natural logarithm of its probability as the model gave it, before penalties, temperature and cuts.</param>
public sealed record TokenLogprob(int Id, ReadOnlyMemory<byte> Bytes, double Logprob);

using Nunchi.Chat;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Judging;

/// <summary>What the model answered.</summary>
/// <param name="Raw">As it wrote it, tags included.</param>
/// <param name="Text">For people.</param>
/// <param name="Spans">Phrases with boxes.</param>
/// <param name="Error">Why there is no answer; null when there is one.</param>
internal sealed record GivenAnswer(string Raw, string Text, IReadOnlyList<GroundedSpan> Spans, string? Error = null)
{
    public IReadOnlyList<BoundingBox> Boxes { get; } = [.. Spans.SelectMany(span => span.Boxes)];

    /// <summary>An answer in the form of training data.</summary>
    public static GivenAnswer Parse(string raw)
    {
        GroundingParser parsed = GroundingParser.Parse(raw);
        return new GivenAnswer(raw, parsed.Text, parsed.Spans);
    }
}

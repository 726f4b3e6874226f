using Nunchi.Grounding;

namespace Nunchi.Chat;

/// <summary>What a grounded phrase is.</summary>
public enum SpanKind
{
    /// <summary>The phrase names an object.</summary>
    Object,

    /// <summary>The phrase is text that stands in the picture.</summary>
    Text,
}

/// <summary>A phrase of an answer that is tied to regions of a picture.</summary>
/// <param name="Phrase">The words.</param>
/// <param name="Kind">An object or text.</param>
/// <param name="Start">Index of its first UTF-16 unit in the answer's text without tags.</param>
/// <param name="End">Index after its last one.</param>
/// <param name="Boxes">Its regions, one or more.</param>
public sealed record GroundedSpan(string Phrase, SpanKind Kind, int Start, int End, IReadOnlyList<BoundingBox> Boxes);

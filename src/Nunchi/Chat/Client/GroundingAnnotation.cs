using Microsoft.Extensions.AI;
using Nunchi.Grounding;

namespace Nunchi.Chat.Client;

/// <summary>Ties a piece of an answer's text to regions of the picture. Its <see cref="AIAnnotation.AnnotatedRegions"/> is one <see cref="TextSpanAnnotatedRegion"/>.</summary>
public sealed class GroundingAnnotation : AIAnnotation
{
    /// <summary>Annotates a span's place in the text.</summary>
    public GroundingAnnotation(GroundedSpan span)
    {
        ArgumentNullException.ThrowIfNull(span);
        Span = span;
        AnnotatedRegions = [new TextSpanAnnotatedRegion { StartIndex = span.Start, EndIndex = span.End }];
        RawRepresentation = span;
    }

    /// <summary>The phrase with its boxes.</summary>
    public GroundedSpan Span { get; }
}

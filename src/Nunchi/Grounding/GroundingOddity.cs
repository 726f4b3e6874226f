namespace Nunchi.Grounding;

/// <summary>What a model wrote against the format of <see cref="GroundingMarkup"/>.</summary>
public enum GroundingOddityKind
{
    /// <summary>The answer ended inside a tag; what there is of it stays in the text.</summary>
    UnfinishedTag,

    /// <summary>A phrase was not closed before its boxes, the next phrase or the end; it ends there.</summary>
    UnclosedPhrase,

    /// <summary>Boxes were not closed; they end where something else begins.</summary>
    UnclosedBox,

    /// <summary>A tag where it means nothing, such as a second closing one; it is left out.</summary>
    StrayTag,

    /// <summary>A phrase was closed by the other kind's tag; it counts as closed.</summary>
    MismatchedTag,

    /// <summary>A phrase without any box; it stays text and becomes no span.</summary>
    PhraseWithoutBox,

    /// <summary>A box without a phrase; it becomes a span of no words.</summary>
    BoxWithoutPhrase,

    /// <summary>Words between a phrase and its box; they belong together all the same.</summary>
    SeparatedBox,

    /// <summary>Not four numbers. Of five, the first four count; eight or twelve are so many boxes; others give none.</summary>
    WrongNumberCount,

    /// <summary>Something that is no number; there is no box.</summary>
    NotANumber,

    /// <summary>A number a little outside 0..1, moved to the nearer end; far outside there is no box.</summary>
    OutOfRange,

    /// <summary>Whole numbers up to 1000, read as thousandths.</summary>
    Thousandths,

    /// <summary>Right before left or bottom before top; they are exchanged.</summary>
    ReversedCorners,

    /// <summary>A box of no width or no height; it is kept.</summary>
    EmptyBox,
}

/// <summary>One thing that was odd.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Position">Where: an index into the text without tags, in UTF-16 units.</param>
/// <param name="Found">What stood there.</param>
public sealed record GroundingOddity(GroundingOddityKind Kind, int Position, string Found);

namespace Nunchi.Data.Tasks;

/// <summary>What a question asks of the model.</summary>
public enum TaskKind
{
    /// <summary>An image alone, or a request to describe it.</summary>
    Caption,

    /// <summary>A description with boxes.</summary>
    GroundedCaption,

    /// <summary>All text in reading order.</summary>
    Read,

    /// <summary>All text with boxes.</summary>
    ReadBoxes,

    /// <summary>The text inside a box of the question.</summary>
    ReadRegion,

    /// <summary>The boxes of an object phrase.</summary>
    Locate,

    /// <summary>The box of a text.</summary>
    LocateText,

    /// <summary>An object phrase that nothing in the picture fits.</summary>
    LocateAbsent,

    /// <summary>What lies inside a box of the question.</summary>
    DescribeRegion,

    /// <summary>What things there are.</summary>
    What,

    /// <summary>Where a thing is, in words.</summary>
    Where,

    /// <summary>How many.</summary>
    Count,

    /// <summary>Which colour.</summary>
    Colour,

    /// <summary>Whether a thing, a colour or a text is there.</summary>
    YesNo,

    /// <summary>How two things lie to each other.</summary>
    Relation,

    /// <summary>A fact that the writing of the picture tells.</summary>
    TextFact,

    /// <summary>A fact that is known beside what the picture shows.</summary>
    Knowledge,

    /// <summary>A question about several pictures.</summary>
    SeveralImages,

    /// <summary>A conversation without a picture.</summary>
    TextOnly,

    /// <summary>A question that a true answer declines: absent, unreadable or unsafe.</summary>
    Refusal,
}

using System.Text.Json.Serialization;
using Nunchi.Data.Pages;
using Nunchi.Data.Objects;
namespace Nunchi.Data.Scenes;

/// <summary>Everything that is known about a drawn picture. All places are pixels of the final picture, after every transformation.</summary>
public sealed record Scene
{
    /// <summary>The version of this record's form; it grows when a field changes its meaning.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version this record was written in.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Columns of the picture.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of the picture.</summary>
    public required int Height { get; init; }

    /// <summary>What the picture shows.</summary>
    public required SceneKind Kind { get; init; }

    /// <summary>Name of the layout that drew it.</summary>
    public required string Design { get; init; }

    /// <summary>The seed of the series the picture belongs to.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Which picture of the series.</summary>
    public required ulong Index { get; init; }

    /// <summary>Training or held out.</summary>
    public required SceneSplit Split { get; init; }

    /// <summary>What lies behind everything.</summary>
    public required SceneBackground Background { get; init; }

    /// <summary>Boards and panels that lie before the background, in the order in which they were drawn; what is later covers what is earlier. Records that were written before there were areas have none.</summary>
    public IReadOnlyList<SceneArea> Areas { get; init => field = value ?? []; } = [];

    /// <summary>Texts in reading order.</summary>
    public required IReadOnlyList<SceneText> Texts { get; init; }

    /// <summary>Objects, lowest first.</summary>
    public required IReadOnlyList<SceneObject> Objects { get; init; }

    /// <summary>How objects lie to each other.</summary>
    public required IReadOnlyList<SceneRelation> Relations { get; init; }

    /// <summary>What the picture tells beyond its letters.</summary>
    public required SceneFacts Facts { get; init; }

    /// <summary>What was done to the picture after drawing.</summary>
    public required SceneDegradation Degradation { get; init; }
}

/// <summary>What lies behind everything.</summary>
/// <param name="Name">Short English name of the kind, with its article: "a brick wall".</param>
/// <param name="Korean">Korean noun: "벽돌 벽".</param>
/// <param name="Colour">The main colour; none when there is none to speak of.</param>
public sealed record SceneBackground(string Name, string Korean, ColourName Colour);

/// <summary>A board, a card or a part of one.</summary>
/// <param name="Quad">Its outline in pixels, which may reach beyond the picture.</param>
/// <param name="Colour">Its colour; none where that has no name.</param>
public sealed record SceneArea(Quad Quad, ColourName Colour);

/// <summary>What a text is for.</summary>
public enum TextRole
{
    /// <summary>Nothing in particular.</summary>
    Plain,

    /// <summary>Name of this station or stop.</summary>
    StationName,

    /// <summary>The name in Latin letters.</summary>
    Romanised,

    /// <summary>Number of the station, stop, room, exit or bus.</summary>
    Number,

    /// <summary>Name of the line.</summary>
    LineName,

    /// <summary>The station before this one.</summary>
    PreviousStation,

    /// <summary>The station after this one.</summary>
    NextStation,

    /// <summary>Where a train, bus or road leads.</summary>
    Destination,

    /// <summary>Name of a shop or company.</summary>
    ShopName,

    /// <summary>What a shop offers.</summary>
    Offer,

    /// <summary>Name of a product or dish.</summary>
    Product,

    /// <summary>How many.</summary>
    Quantity,

    /// <summary>A price.</summary>
    Price,

    /// <summary>A price that holds no more.</summary>
    OldPrice,

    /// <summary>A sum.</summary>
    Total,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>Name of a person.</summary>
    PersonName,

    /// <summary>Title or position of a person.</summary>
    JobTitle,

    /// <summary>An address.</summary>
    Address,

    /// <summary>A date.</summary>
    Date,

    /// <summary>A time or opening hours.</summary>
    Time,

    /// <summary>A heading.</summary>
    Title,

    /// <summary>A line of running text.</summary>
    Body,

    /// <summary>A distance.</summary>
    Distance,

    /// <summary>A speed limit.</summary>
    SpeedLimit,

    /// <summary>Label of a field: "합계", "TEL".</summary>
    Label,

    /// <summary>Name of a room.</summary>
    RoomName,

    /// <summary>A text that has nothing to do with the rest.</summary>
    Distractor,
}

/// <summary>A piece of writing: one line, or one column of vertical writing.</summary>
public sealed record SceneText
{
    /// <summary>The letters as they are drawn, spaces included.</summary>
    public required string Text { get; init; }

    /// <summary>What it is for.</summary>
    public required TextRole Role { get; init; }

    /// <summary>"ko" when it holds Hangul, "en" when it holds Latin letters only, "num" otherwise.</summary>
    public required string Language { get; init; }

    /// <summary>The smallest upright box around the ink.</summary>
    public required SceneBox Box { get; init; }

    /// <summary>The box of the writing before the camera, seen through it.</summary>
    public required Quad Quad { get; init; }

    /// <summary>Every character but spaces with the corners of its ink.</summary>
    public required IReadOnlyList<SceneGlyph> Glyphs { get; init; }

    /// <summary>Height in pixels of a full syllable (or of a capital where there is no Hangul) in the final picture.</summary>
    public required float Height { get; init; }

    /// <summary>Name of the font face.</summary>
    public required string Font { get; init; }

    /// <summary>Colour of the letters.</summary>
    public required ColourName Colour { get; init; }

    /// <summary>Place in reading order, from 0.</summary>
    public required int Order { get; init; }

    /// <summary>The line it stands on, from 0: texts side by side share one.</summary>
    public required int Line { get; init; }

    /// <summary>Whether the characters stand below each other.</summary>
    public bool Vertical { get; init; }

    /// <summary>Whether a person could read it in the final picture.</summary>
    public bool Legible { get; init; } = true;
}

/// <summary>One drawn character.</summary>
/// <param name="Character">The character.</param>
/// <param name="Quad">Corners of its ink in the final picture.</param>
public sealed record SceneGlyph(string Character, Quad Quad);

/// <summary>A drawn thing.</summary>
public sealed record SceneObject
{
    /// <summary>Share of a thing that must be visible for questions and captions to be about it.</summary>
    public const float Seen = 0.45f;

    /// <summary>Key of its class, such as "umbrella".</summary>
    public required string Class { get; init; }

    /// <summary>Korean noun.</summary>
    public required string Korean { get; init; }

    /// <summary>English noun.</summary>
    public required string English { get; init; }

    /// <summary>Its main colour; none for things of many colours.</summary>
    public ColourName Colour { get; init; }

    /// <summary>The smallest upright box around its part inside the picture.</summary>
    public required SceneBox Box { get; init; }

    /// <summary>Higher lies in front.</summary>
    public required int Order { get; init; }

    /// <summary>Share of its area that neither another object nor the picture's edge hides, 0..1.</summary>
    public required float Visible { get; init; }

    /// <summary>Whether questions and captions may be about it.</summary>
    [JsonIgnore]
    public bool IsSeen => Visible >= Seen;
}

/// <summary>How two objects lie to each other.</summary>
public enum RelationKind
{
    /// <summary>The first is left of the second.</summary>
    LeftOf,

    /// <summary>The first is above the second.</summary>
    Above,

    /// <summary>The first hides part of the second.</summary>
    InFrontOf,
}

/// <summary>A relation of two objects.</summary>
/// <param name="First">Index of the first object.</param>
/// <param name="Kind">How it lies.</param>
/// <param name="Second">Index of the second object.</param>
public sealed record SceneRelation(int First, RelationKind Kind, int Second);

/// <summary>What was done to the picture after drawing.</summary>
public sealed record SceneDegradation
{
    /// <summary>Deviation of the Gaussian blur in pixels.</summary>
    public float Blur { get; init; }

    /// <summary>Length of the motion blur in pixels.</summary>
    public float Motion { get; init; }

    /// <summary>Deviation of the noise in grey levels of 255.</summary>
    public float Noise { get; init; }

    /// <summary>JPEG quality 1..100; 0 when the picture was not compressed.</summary>
    public int Jpeg { get; init; }

    /// <summary>How much of the pixels was thrown away by shrinking and enlarging again: 1 is nothing.</summary>
    public float Resolution { get; init; } = 1;
}

namespace Nunchi.Data.Scenes;

/// <summary>Limits of the drawn pictures.</summary>
public sealed record SceneOptions
{
    /// <summary>Shortest side of a picture in pixels, at least 32.</summary>
    public int MinSide { get; init; } = 160;

    /// <summary>Longest side of a picture in pixels.</summary>
    public int MaxSide { get; init; } = 640;

    /// <summary>Letter height in pixels below which a text counts as unreadable; designs choose sizes so that few texts fall below.</summary>
    public float LegibleHeight { get; init; } = 10;

    /// <summary>Letter height in pixels that the smallest text of a picture should have at least.</summary>
    public float SmallestText { get; init; } = 14;

    /// <summary>How strong turning, tilt, blur, noise and compression may be: 0 none, 1 as the defaults.</summary>
    public float Harshness { get; init; } = 1;

    /// <summary>Draw only with the first so many training fonts (they begin with clear, bold ones); null for all.</summary>
    public int? FontCount { get; init; }

    /// <summary>Pictures of things show no more than so many; null for as many as their designs like.</summary>
    public int? MostThings { get; init; }

    /// <summary>Share of goods, shops and towns with a name that is on no list, 0..1: who knows every name by heart reads it from two letters, and reads no other.</summary>
    public float StrangeNames { get; init; }

    /// <summary>Share of things that are chosen among the few kinds that may have any colour, 0..1; else every kind comes as often as any other.</summary>
    public float ColourfulThings { get; init; } = 0.25f;

    /// <summary>Checks the limits.</summary>
    /// <exception cref="ArgumentException">A limit is out of its range.</exception>
    public SceneOptions Validate()
    {
        if (MinSide < 32)
            throw new ArgumentException($"MinSide is {MinSide}; a picture needs at least 32 pixels.");
        if (MaxSide < MinSide || MaxSide > 4096)
            throw new ArgumentException($"MaxSide is {MaxSide}; expected MinSide ({MinSide}) to 4096.");
        if (!(LegibleHeight >= 4) || !(SmallestText >= LegibleHeight))
            throw new ArgumentException($"SmallestText ({SmallestText}) must be at least LegibleHeight ({LegibleHeight}), which must be at least 4.");
        if (!(Harshness >= 0 && Harshness <= 3))
            throw new ArgumentException($"Harshness is {Harshness}; expected 0 to 3.");
        if (FontCount is < 1)
            throw new ArgumentException($"FontCount is {FontCount}; expected at least 1, or none for all fonts.");
        if (!(StrangeNames >= 0 && StrangeNames <= 1))
            throw new ArgumentException($"StrangeNames is {StrangeNames}; expected a share from 0 to 1.");
        if (!(ColourfulThings >= 0 && ColourfulThings <= 1))
            throw new ArgumentException($"ColourfulThings is {ColourfulThings}; expected a share from 0 to 1.");
        if (MostThings is < 1)
            throw new ArgumentException($"MostThings is {MostThings}; expected at least 1, or none for any number.");
        return this;
    }
}

namespace Nunchi.Data.Pages;

/// <summary>
/// Pages that get harder one thing at a time. An encoder that starts on everything at once never leaves its first plateau; one that widens whenever it
/// reads half of the patches right gets there.
/// </summary>
public static class PageCurriculum
{
    /// <summary>Number of levels; they are 0 to <c>Levels - 1</c>.</summary>
    public const int Levels = 12;

    private static readonly PageDifficulty First = new()
    {
        Faces = 1,
        GlyphHeight = new Spread(28, 36),
        Colours = PageColours.DarkOnLight,
        MinimumContrast = 110,
        FrequentSyllables = 231,
        EverySyllableShare = 0,
        LatinShare = 0.12f,
        NumberShare = 0.1f,
        SmallLetters = false,
        PunctuationShare = 0,
        WordGap = new Spread(0.25f, 0.7f),
        LineGap = new Spread(0.12f, 0.4f),
        LetterGap = new Spread(0, 0.05f),
        MixedLines = 0,
        ThickerShare = 0,
        Regions = 1,
        PatternShare = 0,
        ObjectShare = 0,
        Squeeze = 1,
        Enlargement = new Spread(1, 1),
        WarpShare = 0,
        Rotation = 0,
        Perspective = 0,
        BlurShare = 0,
        NoiseShare = 0,
        JpegShare = 0,
        ToneShare = 0,
    };

    private static readonly string[] Names =
    [
        "one bold font, dark on light, 28-36 px, 231 syllables, capitals, digits",
        "either polarity",
        "any colours",
        "4 fonts",
        "22-40 px, a fifth of the pages objects",
        "10 fonts",
        "every syllable, small letters, punctuation",
        "14-64 px, mixed sizes, several regions, more objects",
        "20 fonts, less contrast, wider gaps",
        "all fonts, squeezed pages",
        "patterned grounds",
        "rotation, perspective, blur, noise, JPEG, tone, letters up to 100 px, thicker strokes",
    ];

    /// <summary>What a level adds to the one before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public static string Describe(int level) => Names[Check(level)];

    /// <summary>The pages of a level.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public static PageDifficulty Level(int level)
    {
        Check(level);
        PageDifficulty pages = First;
        if (level >= 1)
            pages = pages with { Colours = PageColours.EitherPolarity };
        if (level >= 2)
            pages = pages with { Colours = PageColours.Any, MinimumContrast = 80 };
        if (level >= 3)
            pages = pages with { Faces = 4 };
        if (level >= 4)
            pages = pages with { GlyphHeight = new Spread(22, 40), ObjectShare = 0.2f };
        if (level >= 5)
            pages = pages with { Faces = 10 };
        if (level >= 6)
            pages = pages with { FrequentSyllables = SyllableFrequency.Count, EverySyllableShare = 0.4f, SmallLetters = true, PunctuationShare = 0.3f, LatinShare = 0.16f, NumberShare = 0.14f };
        if (level >= 7)
            pages = pages with { GlyphHeight = new Spread(14, 64), MixedLines = 0.2f, Regions = 4, ObjectShare = 0.3f };
        if (level >= 8)
            pages = pages with { Faces = 20, MinimumContrast = 60, WordGap = new Spread(0.2f, 1.2f), LineGap = new Spread(0.12f, 0.8f), LetterGap = new Spread(-0.03f, 0.2f) };
        if (level >= 9)
            pages = pages with { Faces = int.MaxValue, Squeeze = 2, Enlargement = new Spread(0.85f, 1.6f), WarpShare = 0.6f };
        if (level >= 10)
            pages = pages with { PatternShare = 0.4f };
        if (level >= 11)
            pages = new PageDifficulty();
        return pages;
    }

    private static int Check(int level)
    {
        if (level < 0 || level >= Levels)
            throw new ArgumentOutOfRangeException(nameof(level), level, $"The curriculum has levels 0 to {Levels - 1}.");
        return level;
    }
}

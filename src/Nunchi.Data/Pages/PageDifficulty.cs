using Nunchi.Data.Fonts;

namespace Nunchi.Data.Pages;

/// <summary>How varied the pages are. Shares are probabilities, 0..1; lengths are in pixels of the finished page unless said otherwise.</summary>
public sealed record PageDifficulty
{
    /// <summary>Which fonts are drawn.</summary>
    public FontSplit Split { get; init; } = FontSplit.Training;

    /// <summary>Only the first so many faces of the split, at least 1.</summary>
    public int Faces { get; init; } = int.MaxValue;

    /// <summary>Height of Hangul letters, 8..120, drawn uniformly in the logarithm.</summary>
    public Spread GlyphHeight { get; init; } = new(14, 100);

    /// <summary>Share of lines whose strokes are thickened a little: faces that nobody drew.</summary>
    public float ThickerShare { get; init; } = 0.4f;

    /// <summary>Which ink lies on which ground.</summary>
    public PageColours Colours { get; init; } = PageColours.Any;

    /// <summary>Least difference of lightness between ink and ground, 20..200 of 255.</summary>
    public float MinimumContrast { get; init; } = 60;

    /// <summary>How many of the most frequent syllables are drawn as such, 1..<see cref="SyllableFrequency.Count"/>.</summary>
    public int FrequentSyllables { get; init; } = SyllableFrequency.Count;

    /// <summary>Share of Hangul words whose syllables come evenly from all 2,350 of KS X 1001.</summary>
    public float EverySyllableShare { get; init; } = 0.4f;

    /// <summary>Share of words that are Latin.</summary>
    public float LatinShare { get; init; } = 0.16f;

    /// <summary>Share of words that are numbers.</summary>
    public float NumberShare { get; init; } = 0.14f;

    /// <summary>Whether Latin words may have small letters.</summary>
    public bool SmallLetters { get; init; } = true;

    /// <summary>Share of words that carry punctuation, and of numbers written as prices, times and telephone numbers.</summary>
    public float PunctuationShare { get; init; } = 0.3f;

    /// <summary>Gap between words as a share of the letter height, 0.1..4.</summary>
    public Spread WordGap { get; init; } = new(0.2f, 1.2f);

    /// <summary>Gap between lines as a share of the letter height, 0..4.</summary>
    public Spread LineGap { get; init; } = new(0.12f, 0.8f);

    /// <summary>Extra gap between letters as a share of the letter height, -0.05..1.</summary>
    public Spread LetterGap { get; init; } = new(-0.03f, 0.2f);

    /// <summary>Share of lines that change size, face or ink within a region.</summary>
    public float MixedLines { get; init; } = 0.2f;

    /// <summary>Most regions of different face, size and colours on a page, 1..8.</summary>
    public int Regions { get; init; } = 4;

    /// <summary>Share of regions whose ground is no flat colour.</summary>
    public float PatternShare { get; init; } = 0.4f;

    /// <summary>Share of regions that show objects instead of text.</summary>
    public float ObjectShare { get; init; } = 0.3f;

    /// <summary>Longer side of an object, 12..192, drawn uniformly in the logarithm.</summary>
    public Spread ObjectSize { get; init; } = new(24, 170);

    /// <summary>Largest factor between the scales across and down, as when a wide or tall picture is squeezed into a square, 1..3.</summary>
    public float Squeeze { get; init; } = 2;

    /// <summary>Scale at which a page is enlarged after drawing: above 1 it looks soft, as from a picture of low resolution; 0.6..3.</summary>
    public Spread Enlargement { get; init; } = new(0.85f, 1.6f);

    /// <summary>Share of pages that are rotated, squeezed or scaled at all.</summary>
    public float WarpShare { get; init; } = 0.7f;

    /// <summary>Largest slope of lines, in degrees, 0..45.</summary>
    public float Rotation { get; init; } = 10;

    /// <summary>Largest perspective: how much one edge of the page may be nearer than the other, 0..0.5.</summary>
    public float Perspective { get; init; } = 0.15f;

    /// <summary>Share of pages that are blurred.</summary>
    public float BlurShare { get; init; } = 0.25f;

    /// <summary>Share of pages with noise.</summary>
    public float NoiseShare { get; init; } = 0.4f;

    /// <summary>Share of pages that went through JPEG at low quality.</summary>
    public float JpegShare { get; init; } = 0.25f;

    /// <summary>Share of pages with changed brightness and contrast.</summary>
    public float ToneShare { get; init; } = 0.5f;

    /// <summary>The same pages with words and lines closer together and fewer objects: half as many letters again on a page that costs as much to look at.</summary>
    /// <param name="share">How far, 0 (as they are) to 1 (hardly more than a blank between words).</param>
    /// <exception cref="ArgumentException">The share is outside 0..1.</exception>
    public PageDifficulty Denser(float share)
    {
        new Spread(share, share).Check(nameof(share), 0, 1);
        Spread Towards(Spread from, float low, float high) => new(from.Low + (share * (low - from.Low)), from.High + (share * (high - from.High)));
        return this with
        {
            WordGap = Towards(WordGap, 0.2f, 0.7f),
            LineGap = Towards(LineGap, 0.08f, 0.4f),
            LetterGap = Towards(LetterGap, -0.03f, 0.1f),
            ObjectShare = ObjectShare * (1 - (share / 2)),
        };
    }

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    internal void Check()
    {
        Whole(Faces, 1, int.MaxValue, nameof(Faces));
        Whole(FrequentSyllables, 1, SyllableFrequency.Count, nameof(FrequentSyllables));
        Whole(Regions, 1, 8, nameof(Regions));
        GlyphHeight.Check(nameof(GlyphHeight), 8, 120);
        WordGap.Check(nameof(WordGap), 0.1f, 4);
        LineGap.Check(nameof(LineGap), 0, 4);
        LetterGap.Check(nameof(LetterGap), -0.05f, 1);
        ObjectSize.Check(nameof(ObjectSize), 12, 192);
        Enlargement.Check(nameof(Enlargement), 0.6f, 3);
        new Spread(MinimumContrast, MinimumContrast).Check(nameof(MinimumContrast), 20, 200);
        new Spread(Squeeze, Squeeze).Check(nameof(Squeeze), 1, 3);
        new Spread(Rotation, Rotation).Check(nameof(Rotation), 0, 45);
        new Spread(Perspective, Perspective).Check(nameof(Perspective), 0, 0.5f);
        Share(EverySyllableShare, nameof(EverySyllableShare));
        Share(LatinShare, nameof(LatinShare));
        Share(NumberShare, nameof(NumberShare));
        Share(LatinShare + NumberShare, nameof(LatinShare) + " + " + nameof(NumberShare));
        Share(PunctuationShare, nameof(PunctuationShare));
        Share(MixedLines, nameof(MixedLines));
        Share(ThickerShare, nameof(ThickerShare));
        Share(PatternShare, nameof(PatternShare));
        Share(ObjectShare, nameof(ObjectShare));
        Share(WarpShare, nameof(WarpShare));
        Share(BlurShare, nameof(BlurShare));
        Share(NoiseShare, nameof(NoiseShare));
        Share(JpegShare, nameof(JpegShare));
        Share(ToneShare, nameof(ToneShare));
    }

    private static void Share(float value, string name) => new Spread(value, value).Check(name, 0, 1);

    private static void Whole(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentException($"{name} is {value}; it must be {least} to {most}.");
    }
}

using Nunchi.Data.Objects;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>A colour by name together with the exact shade that is drawn.</summary>
internal readonly record struct Paint(ColourName Name, SKColor Shade)
{
    public static Paint Sample(ColourName name, SceneRandom random) => new(name, Shaded(name, random));

    public static SKColor Shaded(ColourName name, SceneRandom random)
    {
        Rgb rgb = Colours.Sample(name, random.Source);
        return new SKColor(rgb.R, rgb.G, rgb.B);
    }

    public double Luminance => (0.2126 * Linear(Shade.Red)) + (0.7152 * Linear(Shade.Green)) + (0.0722 * Linear(Shade.Blue));

    /// <summary>Contrast ratio of WCAG 2, 1..21.</summary>
    public double Contrast(Paint other)
    {
        double a = Luminance, b = other.Luminance;
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>A colour that stands out from a ground, black or white in half of the cases.</summary>
    public static Paint On(Paint ground, SceneRandom random, double contrast = 3, params ColourName[] choices)
    {
        for (int i = 0; i < 24; i++)
        {
            ColourName name = choices.Length > 0 ? random.Pick(choices)
                : random.Chance(0.5) ? random.Pick(ColourName.Black, ColourName.White) : random.From(Colours.All);
            Paint paint = Sample(name, random);
            if (paint.Contrast(ground) >= contrast)
                return paint;
        }
        Paint black = Sample(ColourName.Black, random), white = Sample(ColourName.White, random);
        return black.Contrast(ground) > white.Contrast(ground) ? black : white;
    }

    private static double Linear(byte value)
    {
        double v = value / 255.0;
        return v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4);
    }
}

using System.Runtime.CompilerServices;
using Nunchi.Data.Fonts;
using SkiaSharp;

namespace Nunchi.Data.Pages;

/// <summary>How high a face's Hangul letters reach per em, measured on letters that fill their box, because fonts of one point size differ by up to a half.</summary>
internal sealed record FontExtent(float Top, float Bottom)
{
    private const string Letters = "를본홍한분";
    private static readonly ConditionalWeakTable<FontFace, FontExtent> Known = [];

    public float Height => Bottom - Top;

    public static FontExtent Of(FontFace face) => Known.GetValue(face, Measure);

    private static FontExtent Measure(FontFace face)
    {
        const float em = 100;
        using SKFont font = new(face.Typeface, em) { Hinting = SKFontHinting.None };
        ushort[] glyphs = [.. Letters.Where(face.Has).Select(letter => font.GetGlyph(letter))];
        SKRect[] bounds = new SKRect[glyphs.Length];
        font.GetGlyphWidths(glyphs.AsSpan(), new float[glyphs.Length], bounds, null);
        if (bounds.Length == 0)
            return new FontExtent(-0.8f, 0.1f);
        return new FontExtent(bounds.Min(box => box.Top) / em, bounds.Max(box => box.Bottom) / em);
    }
}

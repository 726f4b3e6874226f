using Nunchi.Data.Fonts;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>How a text looks.</summary>
internal sealed record TextStyle(FontFace Face, Paint Fill)
{
    /// <summary>Width factor of every letter.</summary>
    public float Stretch { get; init; } = 1;

    /// <summary>Slant: the shift to the right per unit of height.</summary>
    public float Slant { get; init; }

    /// <summary>How much strokes are thicker than the face draws them, as a share of the letter height.</summary>
    public float Weight { get; init; }

    /// <summary>Extra space after a letter, as a share of the letter height.</summary>
    public float Spacing { get; init; }

    public SKColor? Outline { get; init; }

    /// <summary>Width of the outline as a share of the letter height.</summary>
    public float OutlineWidth { get; init; } = 0.08f;

    public SKColor? Shadow { get; init; }

    public bool Vertical { get; init; }
}

/// <summary>
/// Letters with their places relative to the start of the baseline; sizes scale linearly because hinting is off. The height that is asked for is that of a
/// Hangul syllable; digits and Latin letters of the same run of type are lower, as in print.
/// </summary>
internal sealed class TextRun : IDisposable
{
    private readonly SKFont _font;
    private readonly ushort[] _glyphs;
    private readonly SKPoint[] _places;

    public TextRun(string text, TextStyle style, float height)
    {
        Text = text;
        Style = style;
        _font = new SKFont(style.Face.Typeface, 100, style.Stretch, -style.Slant) { Hinting = SKFontHinting.None, Subpixel = true, Edging = SKFontEdging.Antialias, LinearMetrics = true };
        SKRect syllable = Measure("한", _font), sample = Language(text) == "ko" ? syllable : Measure("H", _font);
        float scale = height / syllable.Height;
        _font.Size = 100 * scale;
        Top = sample.Top * scale;
        Bottom = sample.Bottom * scale;

        _glyphs = _font.GetGlyphs(text);
        float[] advances = new float[_glyphs.Length];
        SKRect[] inks = new SKRect[_glyphs.Length];
        _font.GetGlyphWidths(_glyphs, advances, inks);
        _places = new SKPoint[_glyphs.Length];
        float at = 0;
        for (int i = 0; i < _glyphs.Length; i++)
        {
            if (style.Vertical)
            {
                _places[i] = new SKPoint(-inks[i].MidX, at);
                at += text[i] == ' ' ? height * 0.5f : height * (1.14f + style.Spacing);
            }
            else
            {
                _places[i] = new SKPoint(at, 0);
                at += advances[i] + (style.Spacing * height);
            }
            inks[i].Offset(_places[i]);
        }
        Inks = inks;
        SKRect ink = SKRect.Empty;
        foreach (SKRect one in inks)
        {
            if (one.Width > 0 && one.Height > 0)
                ink = ink.IsEmpty ? one : SKRect.Union(ink, one);
        }
        Ink = ink;
    }

    public string Text { get; }

    public TextStyle Style { get; }

    /// <summary>Ink of every character, empty for spaces.</summary>
    public SKRect[] Inks { get; }

    /// <summary>Ink of all.</summary>
    public SKRect Ink { get; }

    /// <summary>Top of a full letter above the baseline (negative).</summary>
    public float Top { get; }

    /// <summary>Bottom of a full letter.</summary>
    public float Bottom { get; }

    /// <summary>The greatest letter height at which a text is no wider (or, when vertical, no taller) than given.</summary>
    public static float FitHeight(string text, TextStyle style, float room, float wanted)
    {
        using var probe = new TextRun(text, style, 100);
        float extent = style.Vertical ? probe.Ink.Height : probe.Ink.Width;
        return extent <= 0 ? wanted : Math.Min(wanted, 100 * room / extent);
    }

    public void Draw(SKCanvas canvas, float x, float y)
    {
        using var builder = new SKTextBlobBuilder();
        builder.AddPositionedRun(_glyphs, _font, _places);
        using SKTextBlob? blob = builder.Build();
        if (blob is null)
            return;
        float height = Bottom - Top;
        using var paint = new SKPaint { IsAntialias = true };
        if (Style.Shadow is { } shadow)
        {
            paint.Color = shadow;
            canvas.DrawText(blob, x + (0.06f * height), y + (0.07f * height), paint);
        }
        if (Style.Outline is { } outline)
        {
            paint.Color = outline;
            paint.Style = SKPaintStyle.StrokeAndFill;
            paint.StrokeWidth = 2 * Style.OutlineWidth * height;
            paint.StrokeJoin = SKStrokeJoin.Round;
            canvas.DrawText(blob, x, y, paint);
            paint.Style = SKPaintStyle.Fill;
        }
        if (Style.Weight > 0)
        {
            paint.Style = SKPaintStyle.StrokeAndFill;
            paint.StrokeWidth = Style.Weight * height;
            paint.StrokeJoin = SKStrokeJoin.Miter;
        }
        paint.Color = Style.Fill.Shade;
        canvas.DrawText(blob, x, y, paint);
    }

    public void Dispose() => _font.Dispose();

    private static SKRect Measure(string letter, SKFont font)
    {
        font.MeasureText(letter, out SKRect bounds);
        return bounds.Height > 0 ? bounds : new SKRect(0, -70, 80, 0);
    }

    public static string Language(string text)
    {
        bool latin = false;
        foreach (char c in text)
        {
            if (c is (>= '가' and <= '힣') or (>= 'ㄱ' and <= 'ㅣ'))
                return "ko";
            latin |= char.IsAsciiLetter(c);
        }
        return latin ? "en" : "num";
    }
}

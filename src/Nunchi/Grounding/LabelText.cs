using System.Globalization;
using System.Text;
using Nunchi.Text.Normalization;
using SkiaSharp;

namespace Nunchi.Grounding;

/// <summary>The words on a label, in the font that comes with the library, so that Hangul shows on a machine without fonts.</summary>
internal sealed class LabelText : IDisposable
{
    private const string FontResource = "Nunchi.Fonts.NanumGothicBold.ttf";

    private static readonly Lazy<SKTypeface> Typeface = new(Load);

    private readonly SKFont _font;

    public LabelText(float size) => _font = new SKFont(Typeface.Value, size) { Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None, Subpixel = true };

    public float Size => _font.Size;

    /// <summary>Whether a character leaves ink. That the font lists it is not enough: some list syllables that they do not draw.</summary>
    public bool CanShow(int codePoint)
    {
        ushort glyph = _font.GetGlyph(codePoint);
        using SKPath? outline = glyph == 0 ? null : _font.GetGlyphPath(glyph);
        return outline is { IsEmpty: false };
    }

    /// <summary>The phrase on one line, Hangul composed, cut with an ellipsis where it would be wider than allowed.</summary>
    public string Fit(string phrase, float widest)
    {
        string line = string.Join(' ', NfcNormalizer.Normalize(phrase).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (Measure(line) <= widest)
            return line;
        var kept = new StringBuilder();
        float width = Measure("…");
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(line);
        while (elements.MoveNext())
        {
            width += Measure(elements.GetTextElement());
            if (width > widest)
                break;
            kept.Append(elements.Current);
        }
        return kept.Append('…').ToString();
    }

    public float Measure(string line) => _font.MeasureText(line);

    public void Draw(SKCanvas canvas, string line, float left, float middle, SKPaint paint)
    {
        SKFontMetrics metrics = _font.Metrics;
        canvas.DrawText(line, left, middle - (metrics.Ascent + metrics.Descent) / 2, SKTextAlign.Left, _font, paint);
    }

    public void Dispose() => _font.Dispose();

    private static SKTypeface Load()
    {
        using Stream stream = typeof(LabelText).Assembly.GetManifestResourceStream(FontResource)
            ?? throw new InvalidOperationException($"The library lacks its resource {FontResource}.");
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"The resource {FontResource} is no font.");
    }
}

using Nunchi.Data.Fonts;
using SkiaSharp;

namespace Nunchi.Data.Pages;

/// <summary>Rendered glyphs per face, size and thickness of strokes, the least recently used sizes dropped when they take too much memory. For one thread.</summary>
internal sealed class GlyphCache : IDisposable
{
    public const int LargestEm = 240;

    /// <summary>Steps by which strokes can be thickened, none included.</summary>
    public const int Thicknesses = 4;

    // What a step adds to a stroke, as a share of the em.
    private const float ThicknessStep = 0.018f;
    private const int CanvasSide = 512;
    private const int MaskOverhead = 96;

    private readonly long _limit;
    private readonly Dictionary<(FontFace Face, int Em, int Thickness), Strike> _strikes = [];
    private readonly SKBitmap _bitmap = new(new SKImageInfo(CanvasSide, CanvasSide, SKColorType.Alpha8, SKAlphaType.Premul));
    private readonly SKCanvas _canvas;
    private readonly SKPaint _paint = new() { IsAntialias = true, Color = SKColors.Black };
    private readonly SKPaint _eraser = new() { BlendMode = SKBlendMode.Clear };
    private long _bytes;
    private long _clock;

    public GlyphCache(long limit)
    {
        _limit = limit;
        _canvas = new SKCanvas(_bitmap);
    }

    public Strike Get(FontFace face, int em, int thickness = 0)
    {
        if (!_strikes.TryGetValue((face, em, thickness), out Strike? strike))
        {
            if (_bytes > _limit)
                Shrink();
            strike = new Strike(this, face, em, thickness);
            _strikes[(face, em, thickness)] = strike;
        }

        strike.LastUse = ++_clock;
        return strike;
    }

    public void Dispose()
    {
        foreach (Strike strike in _strikes.Values)
            strike.Dispose();
        _eraser.Dispose();
        _paint.Dispose();
        _canvas.Dispose();
        _bitmap.Dispose();
    }

    private void Shrink()
    {
        foreach (Strike strike in _strikes.Values.OrderBy(strike => strike.LastUse).ToArray())
        {
            if (_bytes <= _limit / 2)
                break;
            _bytes -= strike.Bytes;
            _strikes.Remove((strike.Face, strike.Em, strike.Thickness));
            strike.Dispose();
        }
    }

    /// <summary>One face at one size.</summary>
    internal sealed class Strike : IDisposable
    {
        private readonly GlyphCache _cache;
        private readonly SKFont _font;
        private readonly Dictionary<char, GlyphMask> _masks = [];
        private readonly ushort[] _glyph = new ushort[1];
        private readonly float[] _advance = new float[1];
        private readonly SKRect[] _bounds = new SKRect[1];

        public Strike(GlyphCache cache, FontFace face, int em, int thickness)
        {
            _cache = cache;
            Face = face;
            Em = em;
            Thickness = thickness;
            _font = new SKFont(face.Typeface, em) { Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None, Subpixel = true };
            FontExtent extent = FontExtent.Of(face);
            LetterTop = (int)MathF.Round(extent.Top * em);
            LetterBottom = (int)MathF.Round(extent.Bottom * em);
        }

        public FontFace Face { get; }

        public int Em { get; }

        /// <summary>Steps by which strokes are thicker than the face's.</summary>
        public int Thickness { get; }

        public long LastUse { get; set; }

        public long Bytes { get; private set; }

        /// <summary>Top of Hangul letters relative to the baseline (negative: above).</summary>
        public int LetterTop { get; }

        /// <summary>Bottom of Hangul letters relative to the baseline.</summary>
        public int LetterBottom { get; }

        public GlyphMask Mask(char character)
        {
            if (_masks.TryGetValue(character, out GlyphMask? mask))
                return mask;
            mask = Render(character);
            _masks[character] = mask;
            Bytes += mask.Alpha.Length + MaskOverhead;
            _cache._bytes += mask.Alpha.Length + MaskOverhead;
            return mask;
        }

        public void Dispose() => _font.Dispose();

        private GlyphMask Render(char character)
        {
            if (!Face.Has(character))
                return GlyphMask.Missing;
            _glyph[0] = _font.GetGlyph(character);
            _font.GetGlyphWidths(_glyph.AsSpan(), _advance, _bounds, null);
            SKRect bounds = _bounds[0];
            if (bounds.Width < 0.5f || bounds.Height < 0.5f)
                return GlyphMask.Missing;
            SKPaint paint = _cache._paint;
            paint.Style = Thickness == 0 ? SKPaintStyle.Fill : SKPaintStyle.StrokeAndFill;
            paint.StrokeWidth = Thickness * ThicknessStep * Em;
            bounds.Inflate(paint.StrokeWidth / 2, paint.StrokeWidth / 2);
            int left = (int)MathF.Floor(bounds.Left);
            int top = (int)MathF.Floor(bounds.Top);
            int width = (int)MathF.Ceiling(bounds.Right) - left;
            int height = (int)MathF.Ceiling(bounds.Bottom) - top;
            if (width > CanvasSide || height > CanvasSide)
                throw new InvalidOperationException($"The glyph '{character}' of {Face.Name} at {Em} px is {width} x {height} pixels; at most {CanvasSide} are drawn.");
            SKRect area = new(0, 0, width, height);
            _cache._canvas.DrawRect(area, _cache._eraser);
            _cache._canvas.DrawText(character.ToString(), -left, -top, _font, paint);
            ReadOnlySpan<byte> pixels = _cache._bitmap.GetPixelSpan();
            byte[] alpha = new byte[width * height];
            for (int y = 0; y < height; y++)
                pixels.Slice(y * _cache._bitmap.RowBytes, width).CopyTo(alpha.AsSpan(y * width));
            return new GlyphMask(left, top, width, height, _advance[0], alpha);
        }
    }
}

using Nunchi.Data.Fonts;
using SkiaSharp;

namespace Nunchi.Data.Objects;

/// <summary>
/// Draws objects as small pictures with transparency and keeps them, so that drawing one again costs nothing. Emoji come from Noto Color Emoji
/// (Debian: fonts-noto-color-emoji); without that font only shapes can be drawn. May be shared by threads.
/// </summary>
public sealed class ObjectPainter
{
    private const string EmojiFile = "NotoColorEmoji.ttf";
    private const float StrikeSize = 109;
    private const int StrikeCanvas = 160;

    private readonly SKTypeface? _emoji;
    private readonly long _cacheLimit;
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Emoji, ColourName Colour), ObjectSprite> _strikes = [];
    private readonly Dictionary<(int Emoji, ShapeKind Shape, ColourName Colour, int Size), ObjectSprite> _sprites = [];
    private long _cached;

    /// <summary>A painter with the given emoji font.</summary>
    /// <param name="emojiFont">Path of NotoColorEmoji.ttf, or null to draw shapes only.</param>
    /// <param name="cacheLimit">Bytes of drawn objects to keep, at least 1 MiB; beyond it all are dropped and drawn anew.</param>
    /// <exception cref="InvalidDataException">The file is no font.</exception>
    public ObjectPainter(string? emojiFont, long cacheLimit = 64 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cacheLimit, 1 << 20);
        _cacheLimit = cacheLimit;
        if (emojiFont is not null)
        {
            _emoji = SKTypeface.FromFile(emojiFont)
                ?? throw new InvalidDataException($"{emojiFont} is no font file; expected {EmojiFile} of the package fonts-noto-color-emoji.");
        }

        Drawable = [.. ObjectCatalogue.All.Where(item => item.Variants.Any(CanDraw))];
    }

    /// <summary>The classes this painter can draw.</summary>
    public IReadOnlyList<ObjectClass> Drawable { get; }

    /// <summary>Whether emoji can be drawn.</summary>
    public bool HasEmoji => _emoji is not null;

    /// <summary>The path of the emoji font below the given directories, those of <c>NUNCHI_FONTS</c>, or the system's; null when it is not installed.</summary>
    public static string? FindEmojiFont(IReadOnlyList<string>? directories = null) =>
        FontLibrary.FindFile(EmojiFile, directories);

    /// <summary>Whether this variant can be drawn here.</summary>
    public bool CanDraw(ObjectVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return variant.Shape != ShapeKind.None || (_emoji is not null && _emoji.GetGlyph(variant.Emoji) != 0);
    }

    /// <summary>A class's variant in a colour, its longer side exactly <paramref name="size"/> pixels.</summary>
    /// <param name="variant">One of the class's variants.</param>
    /// <param name="colour">Its main colour; <see cref="ColourName.None"/> leaves an emoji as it is (and draws a shape black).</param>
    /// <param name="size">Pixels of the longer side, 4..1024.</param>
    /// <exception cref="InvalidOperationException">The variant cannot be drawn; see <see cref="CanDraw"/>.</exception>
    public ObjectSprite Draw(ObjectVariant variant, ColourName colour, int size)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 1024);
        if (!CanDraw(variant))
            throw new InvalidOperationException($"The emoji U+{variant.Emoji:X} cannot be drawn: install fonts-noto-color-emoji.");
        lock (_lock)
        {
            var key = (variant.Emoji, variant.Shape, colour, size);
            if (_sprites.TryGetValue(key, out ObjectSprite? sprite))
                return sprite;
            sprite = variant.Shape != ShapeKind.None
                ? DrawShape(variant.Shape, colour == ColourName.None ? new Rgb(0, 0, 0) : Colours.Typical(colour), size)
                : Resize(Strike(variant.Emoji, colour == variant.Colour ? ColourName.None : colour), size);
            if (_cached + sprite.Rgba.Length > _cacheLimit)
            {
                _sprites.Clear();
                _cached = 0;
            }

            _cached += sprite.Rgba.Length;
            _sprites[key] = sprite;
            return sprite;
        }
    }

    /// <summary>A shape in any colour, its square box <paramref name="size"/> pixels; not kept.</summary>
    public static ObjectSprite DrawShape(ShapeKind shape, Rgb colour, int size)
    {
        using SKBitmap bitmap = new(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Premul));
        using SKCanvas canvas = new(bitmap);
        using SKPaint paint = new() { IsAntialias = true, Color = new SKColor(colour.R, colour.G, colour.B) };
        using SKPath path = ShapePainter.Outline(shape, size);
        canvas.Clear();
        canvas.DrawPath(path, paint);
        canvas.Flush();
        return Cut(bitmap);
    }

    private ObjectSprite Strike(int emoji, ColourName colour)
    {
        if (_strikes.TryGetValue((emoji, colour), out ObjectSprite? strike))
            return strike;
        using SKBitmap bitmap = new(new SKImageInfo(StrikeCanvas, StrikeCanvas, SKColorType.Rgba8888, SKAlphaType.Premul));
        using SKCanvas canvas = new(bitmap);
        using SKFont font = new(_emoji, StrikeSize);
        using SKPaint paint = new() { IsAntialias = true };
        canvas.Clear();
        canvas.DrawText(char.ConvertFromUtf32(emoji), 8, StrikeCanvas - 35, font, paint);
        canvas.Flush();
        strike = Cut(bitmap);
        if (colour != ColourName.None)
            Recolouring.Apply(strike.Rgba, colour);
        _strikes[(emoji, colour)] = strike;
        return strike;
    }

    private static ObjectSprite Resize(ObjectSprite source, int size)
    {
        float scale = (float)size / Math.Max(source.Width, source.Height);
        int width = Math.Max(1, (int)MathF.Round(source.Width * scale));
        int height = Math.Max(1, (int)MathF.Round(source.Height * scale));
        using SKImage image = source.ToImage();
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        using SKCanvas canvas = new(bitmap);
        canvas.Clear();
        canvas.DrawImage(image, new SKRect(0, 0, width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear), null);
        canvas.Flush();
        return new ObjectSprite(width, height, Straight(bitmap, 0, 0, width, height));
    }

    private static ObjectSprite Cut(SKBitmap bitmap)
    {
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        int left = bitmap.Width, top = bitmap.Height, right = 0, bottom = 0;
        for (int y = 0; y < bitmap.Height; y++)
        {
            for (int x = 0; x < bitmap.Width; x++)
            {
                if (pixels[y * bitmap.RowBytes + x * 4 + 3] < 24)
                    continue;
                left = Math.Min(left, x);
                right = Math.Max(right, x + 1);
                top = Math.Min(top, y);
                bottom = Math.Max(bottom, y + 1);
            }
        }

        if (right <= left)
            throw new InvalidOperationException("An object was drawn without any ink; the emoji font seems to be damaged.");
        return new ObjectSprite(right - left, bottom - top, Straight(bitmap, left, top, right - left, bottom - top));
    }

    private static byte[] Straight(SKBitmap bitmap, int left, int top, int width, int height)
    {
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        byte[] rgba = new byte[width * height * 4];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice((top + y) * bitmap.RowBytes + left * 4, width * 4);
            for (int x = 0; x < row.Length; x += 4)
            {
                int to = y * width * 4 + x;
                byte alpha = row[x + 3];
                if (alpha == 0)
                    continue;
                for (int c = 0; c < 3; c++)
                    rgba[to + c] = (byte)Math.Min(255, (row[x + c] * 255 + alpha / 2) / alpha);
                rgba[to + 3] = alpha;
            }
        }

        return rgba;
    }
}

using SkiaSharp;

namespace Nunchi.Data.Sheets;

/// <summary>Pictures inside a page.</summary>
public static class DataUri
{
    private const int Quality = 85;

    /// <summary>A JPEG of quality 85 as a data URI.</summary>
    /// <param name="rgb">Pixels, R G B, row by row.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <exception cref="ArgumentException">There are fewer pixels than width times height.</exception>
    public static string Jpeg(ReadOnlySpan<byte> rgb, int width, int height)
    {
        if (rgb.Length < 3 * width * height)
            throw new ArgumentException($"A picture of {width} x {height} needs {3 * width * height} bytes, not {rgb.Length}.", nameof(rgb));
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < width * height; i++)
        {
            rgb.Slice(3 * i, 3).CopyTo(pixels.Slice(4 * i, 3));
            pixels[(4 * i) + 3] = 255;
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return "data:image/jpeg;base64," + Convert.ToBase64String(data.AsSpan());
    }
}

using SkiaSharp;

namespace Nunchi.Training.Sheets;

/// <summary>Pictures inside a page.</summary>
internal static class DataUri
{
    private const int Quality = 85;

    /// <summary>A JPEG as a data URI.</summary>
    /// <param name="rgb">Pixels, R G B, row by row.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    public static string Jpeg(ReadOnlySpan<byte> rgb, int width, int height)
    {
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

using Nunchi.Tensors.Safetensors;
using SkiaSharp;

namespace Nunchi.Images;

/// <summary>Writes pictures as PNG (exact) or JPEG. The same picture gives the same bytes.</summary>
public static class ImageEncoder
{
    /// <summary>The picture as a PNG file.</summary>
    public static byte[] ToPng(RgbImage image) => Encode(image, SKEncodedImageFormat.Png, 100);

    /// <summary>The picture as a JPEG file.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="quality">1 (smallest file) to 100 (closest to the picture).</param>
    public static byte[] ToJpeg(RgbImage image, int quality = 90)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return Encode(image, SKEncodedImageFormat.Jpeg, quality);
    }

    /// <summary>Writes a file whose kind its extension names; an existing one is replaced only once the new one is complete.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="path">A path that ends in .png, .jpg or .jpeg.</param>
    /// <exception cref="ArgumentException">Another extension.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(RgbImage image, string path)
    {
        byte[] bytes = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" => ToPng(image),
            ".jpg" or ".jpeg" => ToJpeg(image),
            var other => throw new ArgumentException($"{path}: pictures are written as .png, .jpg or .jpeg, not \"{other}\".", nameof(path)),
        };
        AtomicFile.WriteAllBytes(path, bytes);
    }

    private static unsafe byte[] Encode(RgbImage image, SKEncodedImageFormat format, int quality)
    {
        fixed (byte* pixels = PixelFormats.AddAlpha(image.Pixels))
        {
            using var pixmap = new SKPixmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)pixels);
            using SKData? data = pixmap.Encode(format, quality);
            return data?.ToArray()
                ?? throw new ArgumentException($"A picture of {image.Width} x {image.Height} pixels cannot be written as {format}.", nameof(image));
        }
    }
}

using Nunchi.Images;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>A drawn picture with its record.</summary>
public sealed class RenderedScene
{
    private readonly byte[]? _jpeg;

    internal RenderedScene(Scene scene, RgbImage image, byte[]? jpeg)
    {
        Scene = scene;
        Image = image;
        _jpeg = jpeg;
    }

    /// <summary>Everything known about it.</summary>
    public Scene Scene { get; }

    /// <summary>The pixels, as they come out of the file that <see cref="Encode"/> gives.</summary>
    public RgbImage Image { get; }

    /// <summary>The ending of the file that <see cref="Encode"/> gives: "jpg" or "png".</summary>
    public string Extension => _jpeg is null ? "png" : "jpg";

    /// <summary>The picture as a file: the JPEG it was compressed to, or a PNG where it was not.</summary>
    public byte[] Encode()
    {
        if (_jpeg is not null)
            return _jpeg;
        using var bitmap = new SKBitmap(new SKImageInfo(Image.Width, Image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> to = bitmap.GetPixelSpan();
        for (int i = 0, j = 0; i < Image.Pixels.Length; i += 3, j += 4)
        {
            to[j] = Image.Pixels[i];
            to[j + 1] = Image.Pixels[i + 1];
            to[j + 2] = Image.Pixels[i + 2];
            to[j + 3] = 255;
        }
        using SKPixmap pixels = bitmap.PeekPixels();
        using SKData? data = pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 5));
        return data?.ToArray() ?? throw new InvalidOperationException($"The picture of {Image.Width} x {Image.Height} could not be written as PNG.");
    }
}

using SkiaSharp;

namespace Nunchi.Data.Objects;

/// <summary>A drawn object, cut to its ink: the box of the object in a picture is the box of the sprite.</summary>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Rgba">Red, green, blue and alpha per pixel, colours not multiplied by alpha; <c>Width * Height * 4</c> bytes. Shared: do not write.</param>
public sealed record ObjectSprite(int Width, int Height, byte[] Rgba)
{
    /// <summary>A copy as a Skia image, which the caller disposes of.</summary>
    public SKImage ToImage() => SKImage.FromPixelCopy(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Unpremul), Rgba);
}

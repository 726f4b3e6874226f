namespace Nunchi.Images;

/// <summary>A decoded picture: 8-bit RGB, rows top to bottom, three bytes a pixel, no row padding.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Exactly <c>width * height * 3</c> bytes, R G B.</param>
    /// <exception cref="ArgumentException">The size is not positive or does not match the number of bytes.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        if (width < 1 || height < 1)
            throw new ArgumentException($"A picture needs at least 1 x 1 pixels, not {width} x {height}.");
        if (pixels.LongLength != (long)width * height * 3)
            throw new ArgumentException($"A picture of {width} x {height} takes {(long)width * height * 3} bytes of RGB, not {pixels.LongLength}.", nameof(pixels));
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>A black picture of the given size.</summary>
    public RgbImage(int width, int height) : this(width, height, new byte[checked(width * height * 3)])
    {
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The bytes, R G B per pixel, row by row; <c>Width * Height * 3</c> of them.</summary>
    public byte[] Pixels { get; }
}

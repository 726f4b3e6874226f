using Nunchi.Images;

namespace Nunchi.Generation;

/// <summary>
/// VARCO-VISION-2.0-1.7B-OCR reads small letters only when they are large enough: its authors enlarge a picture whose longer side is below 2,304 pixels to
/// that length before it is prepared, and do not shrink larger ones. Boxes are shares of the picture and stay as they are.
/// </summary>
public static class ReadingEnlargement
{
    /// <summary>The length in pixels to which the longer side grows.</summary>
    public const int LongerSide = 2304;

    /// <summary>The size after enlarging: both sides times the same factor, rounded down, one pixel at least.</summary>
    /// <param name="size">The picture's size.</param>
    public static ImageSize SizeOf(ImageSize size)
    {
        int longer = Math.Max(size.Width, size.Height);
        if (longer >= LongerSide)
            return size;
        double scale = (double)LongerSide / longer;
        return new ImageSize(Math.Max(1, (int)(size.Height * scale)), Math.Max(1, (int)(size.Width * scale)));
    }

    /// <summary>The enlarged picture, bicubic as Pillow's default is; the same object when it is large enough.</summary>
    /// <param name="image">The picture.</param>
    public static RgbImage Apply(RgbImage image)
    {
        ImageSize size = SizeOf(new ImageSize(image.Height, image.Width));
        return size == new ImageSize(image.Height, image.Width) ? image : Resampler.Resize(image, size.Width, size.Height, ResampleFilter.Bicubic);
    }

    /// <summary>Whether a checkpoint's path says that it is that model: <c>VARCO-VISION ... OCR</c> in one of its folders' names, as the hub's cache has it too.</summary>
    /// <param name="directory">The checkpoint directory.</param>
    internal static bool IsMadeFor(string directory) => Path.GetFullPath(directory).Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar)
        .Any(part => part.Contains("VARCO-VISION", StringComparison.OrdinalIgnoreCase) && part.EndsWith("-OCR", StringComparison.OrdinalIgnoreCase));
}

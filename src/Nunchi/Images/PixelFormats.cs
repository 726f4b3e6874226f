namespace Nunchi.Images;

/// <summary>Between three bytes a pixel and the four that Skia works with.</summary>
internal static class PixelFormats
{
    /// <summary>RGBA to RGB, alpha left out.</summary>
    public static void DropAlpha(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }
    }

    /// <summary>RGB to RGBA, opaque.</summary>
    public static byte[] AddAlpha(ReadOnlySpan<byte> rgb)
    {
        var rgba = new byte[checked(rgb.Length / 3 * 4)];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgba[to] = rgb[from];
            rgba[to + 1] = rgb[from + 1];
            rgba[to + 2] = rgb[from + 2];
            rgba[to + 3] = 255;
        }
        return rgba;
    }
}

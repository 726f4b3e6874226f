using Nunchi.Images;

namespace Nunchi.Cli.Preview;

/// <summary>Small versions of pictures for terminals.</summary>
internal static class Thumbnail
{
    /// <summary>The picture at exactly this size, each pixel the mean of what it covers.</summary>
    public static RgbImage Scale(RgbImage image, int width, int height)
    {
        var small = new RgbImage(width, height);
        for (int y = 0; y < height; y++)
        {
            int top = (int)((long)y * image.Height / height);
            int bottom = Math.Max(top + 1, (int)((long)(y + 1) * image.Height / height));
            for (int x = 0; x < width; x++)
            {
                int left = (int)((long)x * image.Width / width);
                int right = Math.Max(left + 1, (int)((long)(x + 1) * image.Width / width));
                Mean(image, left, top, right, bottom, small.Pixels.AsSpan((((y * width) + x) * 3), 3));
            }
        }
        return small;
    }

    private static void Mean(RgbImage image, int left, int top, int right, int bottom, Span<byte> pixel)
    {
        long red = 0, green = 0, blue = 0;
        for (int row = top; row < bottom; row++)
        {
            ReadOnlySpan<byte> line = image.Pixels.AsSpan(((row * image.Width) + left) * 3, (right - left) * 3);
            for (int offset = 0; offset < line.Length; offset += 3)
            {
                red += line[offset];
                green += line[offset + 1];
                blue += line[offset + 2];
            }
        }
        long count = (long)(right - left) * (bottom - top);
        pixel[0] = (byte)(red / count);
        pixel[1] = (byte)(green / count);
        pixel[2] = (byte)(blue / count);
    }
}

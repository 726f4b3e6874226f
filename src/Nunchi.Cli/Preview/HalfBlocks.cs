using System.Text;
using Nunchi.Images;

namespace Nunchi.Cli.Preview;

/// <summary>A picture as text: each character is an upper half block, its colour the upper pixel, its background the lower one.</summary>
internal static class HalfBlocks
{
    public static string Draw(RgbImage image, int columns, int rows, ColorDepth depth)
    {
        (int width, int height) = Fit(image, columns, rows * 2);
        RgbImage small = Thumbnail.Scale(image, width, height);
        var text = new StringBuilder();
        for (int y = 0; y < height; y += 2)
        {
            for (int x = 0; x < width; x++)
            {
                text.Append("\e[").Append(Colour(small, x, y, 38, depth)).Append(';')
                    .Append(y + 1 < height ? Colour(small, x, y + 1, 48, depth) : "49").Append("m▀");
            }
            text.Append("\e[0m\n");
        }
        return text.ToString();
    }

    /// <summary>The largest size of the picture's shape within the bounds; never larger than the picture.</summary>
    public static (int Width, int Height) Fit(RgbImage image, int width, int height)
    {
        double scale = Math.Min(1, Math.Min((double)width / image.Width, (double)height / image.Height));
        return (Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
    }

    private static string Colour(RgbImage image, int x, int y, int code, ColorDepth depth)
    {
        ReadOnlySpan<byte> pixel = image.Pixels.AsSpan(((y * image.Width) + x) * 3, 3);
        return depth == ColorDepth.True
            ? $"{code};2;{pixel[0]};{pixel[1]};{pixel[2]}"
            : $"{code};5;{Answers.Ansi.Cube(pixel[0], pixel[1], pixel[2])}";
    }
}

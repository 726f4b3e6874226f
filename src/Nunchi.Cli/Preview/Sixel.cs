using System.Text;
using Nunchi.Images;

namespace Nunchi.Cli.Preview;

/// <summary>A picture as DEC sixels: bands of six rows, in each one run-length coded line of bits a colour, from a fixed palette of 6 x 6 x 6 colours.</summary>
internal static class Sixel
{
    public static string Draw(RgbImage image)
    {
        byte[] indices = Quantize(image);
        var text = new StringBuilder($"\eP0;1q\"1;1;{image.Width};{image.Height}");
        for (int colour = 0; colour < 216; colour++)
            text.Append($"#{colour};2;{colour / 36 * 20};{colour / 6 % 6 * 20};{colour % 6 * 20}");
        var band = new byte[image.Width];
        for (int top = 0; top < image.Height; top += 6)
        {
            int rows = Math.Min(6, image.Height - top);
            ReadOnlySpan<byte> pixels = indices.AsSpan(top * image.Width, rows * image.Width);
            foreach (byte colour in pixels.ToArray().Distinct())
            {
                for (int x = 0; x < image.Width; x++)
                {
                    band[x] = 0;
                    for (int row = 0; row < rows; row++)
                        band[x] |= (byte)(pixels[(row * image.Width) + x] == colour ? 1 << row : 0);
                }
                text.Append('#').Append(colour);
                AppendRuns(text, band);
                text.Append('$');
            }
            text.Append('-');
        }
        return text.Append("\e\\\n").ToString();
    }

    private static void AppendRuns(StringBuilder text, ReadOnlySpan<byte> bits)
    {
        for (int start = 0; start < bits.Length;)
        {
            int end = start + 1;
            while (end < bits.Length && bits[end] == bits[start])
                end++;
            char symbol = (char)(63 + bits[start]);
            if (end - start > 3)
                text.Append('!').Append(end - start).Append(symbol);
            else
                text.Append(symbol, end - start);
            start = end;
        }
    }

    // Ordered dithering (Bayer 4 x 4) hides the steps between the six levels.
    private static byte[] Quantize(RgbImage image)
    {
        ReadOnlySpan<byte> bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
        var indices = new byte[image.Width * image.Height];
        for (int i = 0; i < indices.Length; i++)
        {
            int threshold = (bayer[(i / image.Width % 4 * 4) + (i % image.Width % 4)] * 51 / 16) - 24;
            int red = Level(image.Pixels[i * 3] + threshold), green = Level(image.Pixels[(i * 3) + 1] + threshold), blue = Level(image.Pixels[(i * 3) + 2] + threshold);
            indices[i] = (byte)((red * 36) + (green * 6) + blue);
        }
        return indices;
    }

    private static int Level(int value) => Math.Clamp((value + 25) / 51, 0, 5);
}

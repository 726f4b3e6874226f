using Nunchi.Images;

namespace Nunchi.Tests.Images;

/// <summary>The resize written plainly from its definition: one pixel and channel at a time, weights made anew for each.</summary>
internal static class ReferenceResampler
{
    public static RgbImage Resize(RgbImage image, int width, int height, ResampleFilter filter)
    {
        bool verticalFirst = image.Height > height && image.Height - height > 2 * (image.Width - width);
        return verticalFirst
            ? Pass(Pass(image, height, filter, vertical: true), width, filter, vertical: false)
            : Pass(Pass(image, width, filter, vertical: false), height, filter, vertical: true);
    }

    private static RgbImage Pass(RgbImage image, int size, ResampleFilter filter, bool vertical)
    {
        int source = vertical ? image.Height : image.Width;
        if (source == size)
            return image;
        var result = vertical ? new RgbImage(image.Width, size) : new RgbImage(size, image.Height);
        for (int i = 0; i < size; i++)
        {
            var (first, weights) = Weights(source, size, i, filter);
            for (int j = 0; j < (vertical ? image.Width : image.Height); j++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    long sum = 1 << 21;
                    for (int k = 0; k < weights.Length; k++)
                        sum += (long)weights[k] * image.Pixels[At(image, first + k, j)];
                    result.Pixels[At(result, i, j)] = (byte)Math.Clamp(sum >> 22, 0, 255);

                    int At(RgbImage picture, int along, int across) =>
                        (vertical ? along * picture.Width + across : across * picture.Width + along) * 3 + channel;
                }
            }
        }
        return result;
    }

    private static (int First, int[] Weights) Weights(int source, int size, int i, ResampleFilter filter)
    {
        double scale = (double)source / size, stretch = Math.Max(1.0, scale);
        double radius = stretch * filter switch { ResampleFilter.Box => 0.5, ResampleFilter.Bilinear => 1, ResampleFilter.Bicubic => 2, _ => 3 };
        double center = (i + 0.5) * scale;
        int first = Math.Max(0, (int)(center - radius + 0.5)), last = Math.Min(source, (int)(center + radius + 0.5));
        double[] values = [.. Enumerable.Range(first, last - first).Select(x => Kernel(filter, (x - center + 0.5) * (1.0 / stretch)))];
        double sum = 0;
        foreach (double value in values)
            sum += value;
        return (first, [.. values.Select(value => (int)Math.Round(value / sum * (1 << 22), MidpointRounding.AwayFromZero))]);
    }

    private static double Kernel(ResampleFilter filter, double x)
    {
        double distance = Math.Abs(x);
        switch (filter)
        {
            case ResampleFilter.Box:
                return x > -0.5 && x <= 0.5 ? 1 : 0;
            case ResampleFilter.Bilinear:
                return Math.Max(0, 1 - distance);
            case ResampleFilter.Bicubic:
                if (distance < 1)
                    return 1.5 * distance * distance * distance - 2.5 * distance * distance + 1;
                return distance < 2 ? -0.5 * (distance * distance * distance - 5 * distance * distance + 8 * distance - 4) : 0;
            default:
                if (distance >= 3)
                    return 0;
                return distance == 0 ? 1 : 3 * Math.Sin(Math.PI * x) * Math.Sin(Math.PI * x / 3) / (Math.PI * Math.PI * x * x);
        }
    }
}

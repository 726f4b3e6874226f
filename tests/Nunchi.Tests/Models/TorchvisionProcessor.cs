using Nunchi.Images;

namespace Nunchi.Tests.Models;

/// <summary>
/// Tiles as the torchvision-based image processor makes them, for the training goldens, which were made with it: resampling as Pillow does it, but with
/// weights rounded to 16 bits, so that some pixels differ by one. The case goldens come from the Pillow-based processor, which the engine follows.
/// </summary>
internal static class TorchvisionProcessor
{
    public static ProcessedImages Process(ImageProcessor processor, RgbImage image)
    {
        int tile = processor.Config.TileSize;
        AnyResGeometry geometry = processor.Geometry(new ImageSize(image.Height, image.Width));
        byte[] crops = new byte[geometry.CropCount * tile * tile * 3];
        Resize(image, tile, tile).Pixels.CopyTo(crops, 0);
        RgbImage resized = Resize(image, geometry.Resized.Width, geometry.Resized.Height);
        for (int y = 0; y < resized.Height; y++)
        {
            for (int x = 0; x < resized.Width; x++)
            {
                int row = y + geometry.PadTop, column = x + geometry.PadLeft;
                int crop = 1 + (row / tile * geometry.Grid.Width) + (column / tile);
                resized.Pixels.AsSpan(((y * resized.Width) + x) * 3, 3).CopyTo(crops.AsSpan(((crop * tile * tile) + (row % tile * tile) + (column % tile)) * 3));
            }
        }
        float[] levels = [.. Enumerable.Range(0, 768).Select(i => (float)(((i % 256 * processor.Config.RescaleFactor) - 0.5) / 0.5))];
        var described = new ProcessedImage(geometry.Image, 0, geometry.CropCount, processor.TokensPerSide, geometry, HasNewline: true);
        return new ProcessedImages([described], tile, processor.PatchSize, crops, levels);
    }

    private static RgbImage Resize(RgbImage image, int width, int height)
    {
        RgbImage wide = width == image.Width ? image : new RgbImage(width, image.Height);
        if (wide != image)
            Pass(image.Pixels, wide.Pixels, image.Width, width, lines: image.Height, lineFrom: image.Width * 3, lineTo: width * 3, step: 3);
        if (height == image.Height)
            return wide;
        var result = new RgbImage(width, height);
        Pass(wide.Pixels, result.Pixels, image.Height, height, lines: width, lineFrom: 3, lineTo: 3, step: width * 3);
        return result;
    }

    private static void Pass(byte[] from, byte[] to, int size, int newSize, int lines, int lineFrom, int lineTo, int step)
    {
        double[][] weights = [.. Enumerable.Range(0, newSize).Select(i => Weights(size, newSize, i))];
        double largest = weights.Max(row => row.Max());
        int precision = 0;
        while (precision < 22 && (int)(0.5 + (largest * (1 << (precision + 1)))) < 1 << 15)
            precision++;
        for (int i = 0; i < newSize; i++)
        {
            short[] whole = [.. weights[i].Select(weight => (short)((weight * (1 << precision)) + (weight < 0 ? -0.5 : 0.5)))];
            for (int line = 0; line < lines; line++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    int sum = 1 << (precision - 1);
                    for (int j = 0; j < size; j++)
                        sum += whole[j] * from[(line * lineFrom) + (j * step) + channel];
                    to[(line * lineTo) + (i * step) + channel] = (byte)Math.Clamp(sum >> precision, 0, 255);
                }
            }
        }
    }

    // Keys' cubic with a = -0.5, stretched when shrinking.
    private static double[] Weights(int size, int newSize, int i)
    {
        double scale = (double)size / newSize, stretch = Math.Max(1, scale), centre = (i + 0.5) * scale;
        int first = Math.Max(0, (int)(centre - (2 * stretch) + 0.5)), end = Math.Min(size, (int)(centre + (2 * stretch) + 0.5));
        double[] weights = new double[size];
        for (int j = first; j < end; j++)
        {
            double t = Math.Abs((j - centre + 0.5) / stretch);
            weights[j] = t < 1 ? (((1.5 * t) - 2.5) * t * t) + 1 : t < 2 ? (((((-0.5 * t) + 2.5) * t) - 4) * t) + 2 : 0;
        }
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}

using Nunchi.Images;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Generation.Verification;

/// <summary>Compares prepared pictures: sizes, the sum of every plane, and every pixel where the case holds them. The reference pads pictures with fewer crops by zeros.</summary>
internal static class PixelCheck
{
    public static Comparison Compare(SafetensorsFile expected, ProcessedImages pictures, double tolerance)
    {
        int[] sizes = [.. pictures.Images.SelectMany(image => (int[])[image.Size.Height, image.Size.Width])];
        var parts = new List<Comparison> { Measure.Ids("image sizes", [.. expected.ReadIntegers("image_sizes").Select(side => (int)side)], sizes) };
        if (expected.Find("pixel_sum") is not { } sums)
            return Measure.Worst("pixels", parts);
        int crops = sums.Shape.Count == 3 ? (int)Math.Min(sums.Shape[1], 4096) : 0, plane = pictures.CropSize * pictures.CropSize;
        float[] values = pictures.ToPixelValues();
        float[] padded = new float[checked(pictures.Images.Count * crops * 3 * plane)];
        for (int i = 0; i < pictures.Images.Count; i++)
        {
            ProcessedImage image = pictures.Images[i];
            int count = Math.Min(image.CropCount, crops) * 3 * plane;
            values.AsSpan(image.FirstCrop * 3 * plane, count).CopyTo(padded.AsSpan(i * crops * 3 * plane));
        }
        if (expected.Find("pixel_values") != null)
            parts.Add(Measure.Values("pixel values", expected.ReadSingles("pixel_values"), padded, tolerance, 0));
        float[] own = [.. Enumerable.Range(0, padded.Length / plane).Select(i => (float)Sum(padded.AsSpan(i * plane, plane)))];
        // A float32 sum over a plane carries rounding of its own.
        parts.Add(Measure.Values("pixel sums", expected.ReadSingles("pixel_sum"), own, 1e-2 + (tolerance * plane), 0));
        return Measure.Worst("pixels", parts);
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += value;
        return sum;
    }
}

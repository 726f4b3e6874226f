using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Nunchi.Gguf;

/// <summary>
/// Rounds blocks of 256 values to Q4_K and Q6_K. Each group's scale (and minimum) is the best of a few candidates by weighted least squares; then the
/// scales themselves are rounded, and the numbers once more with the rounded scales.
/// </summary>
internal static class SuperBlockWriter
{
    private const int Groups4 = 8, Group4 = 32, Groups6 = 16, Group6 = 16;

    /// <summary>Scale, scale of minima, 8 pairs of 6 bits in 12 bytes, 128 bytes of 4-bit numbers.</summary>
    public static void WriteQ4_K(ReadOnlySpan<float> values, Span<byte> block)
    {
        Span<float> scales = stackalloc float[Groups4], minima = stackalloc float[Groups4];
        float largestScale = 0, largestMinimum = 0;
        for (int j = 0; j < Groups4; j++)
        {
            (scales[j], minima[j]) = FitWithMinimum(values.Slice(j * Group4, Group4));
            largestScale = Math.Max(largestScale, scales[j]);
            largestMinimum = Math.Max(largestMinimum, minima[j]);
        }
        block.Clear();
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)(largestScale / 63));
        BinaryPrimitives.WriteHalfLittleEndian(block[2..], (Half)(largestMinimum / 63));
        float scale = SimpleBlocks.Half(block), minimumScale = SimpleBlocks.Half(block[2..]);
        for (int j = 0; j < Groups4; j++)
        {
            int step = Round(scales[j], scale, 0, 63), minimum = Round(minima[j], minimumScale, 0, 63);
            SetPair(block.Slice(4, 12), j, step, minimum);
            for (int l = 0; l < Group4; l++)
            {
                int number = Round(values[(j * Group4) + l] + (minimumScale * minimum), scale * step, 0, 15);
                block[16 + (j / 2 * 32) + l] |= (byte)(number << (4 * (j % 2)));
            }
        }
    }

    /// <summary>128 bytes of low 4 bits, 64 bytes of high 2 bits, 16 signed scales, scale.</summary>
    public static void WriteQ6_K(ReadOnlySpan<float> values, Span<byte> block)
    {
        Span<float> scales = stackalloc float[Groups6];
        float largest = 0;
        for (int j = 0; j < Groups6; j++)
        {
            scales[j] = FitSymmetric(values.Slice(j * Group6, Group6));
            if (Math.Abs(scales[j]) > Math.Abs(largest))
                largest = scales[j];
        }
        block.Clear();
        BinaryPrimitives.WriteHalfLittleEndian(block[208..], (Half)(largest / -128));
        float scale = SimpleBlocks.Half(block[208..]);
        for (int j = 0; j < Groups6; j++)
        {
            int step = Round(scales[j], scale, -128, 127);
            block[192 + j] = (byte)(sbyte)step;
            for (int l = 0; l < Group6; l++)
            {
                int i = (j * Group6) + l, half = i / 128, k = i % 128 / 32, at = i % 32;
                int number = Round(values[i], scale * step, -32, 31) + 32;
                block[(half * 64) + (k % 2 * 32) + at] |= (byte)((number & 15) << (4 * (k / 2)));
                block[128 + (half * 32) + at] |= (byte)(number >> 4 << (2 * k));
            }
        }
    }

    /// <summary>Scale and minimum, both 0 or more, for x = scale * q - minimum with q in 0..15.</summary>
    private static (float Scale, float Minimum) FitWithMinimum(ReadOnlySpan<float> values)
    {
        Vector256<float> x0 = Load(values, 0), x1 = Load(values, 8), x2 = Load(values, 16), x3 = Load(values, 24);
        Vector256<float> low = Vector256.Min(Vector256.Min(x0, x1), Vector256.Min(x2, x3)), high = Vector256.Max(Vector256.Max(x0, x1), Vector256.Max(x2, x3));
        float least = 0, most = high[0];
        for (int i = 0; i < 8; i++)
            (least, most) = (Math.Min(least, low[i]), Math.Max(most, high[i]));
        if (most <= least)
            return (0, -least);
        // Large values weigh more: an error there costs more in a product.
        float typical = MathF.Sqrt(Vector256.Sum((x0 * x0) + (x1 * x1) + (x2 * x2) + (x3 * x3)) / Group4);
        Vector256<float> plus = Vector256.Create(typical);
        Vector256<float> w0 = plus + Vector256.Abs(x0), w1 = plus + Vector256.Abs(x1), w2 = plus + Vector256.Abs(x2), w3 = plus + Vector256.Abs(x3);
        float w = Vector256.Sum(w0 + w1 + w2 + w3), wx = Vector256.Sum((w0 * x0) + (w1 * x1) + (w2 * x2) + (w3 * x3));
        float wxx = Vector256.Sum((w0 * x0 * x0) + (w1 * x1 * x1) + (w2 * x2 * x2) + (w3 * x3 * x3));
        float bestError = float.MaxValue, bestScale = 0, bestMinimum = 0;
        for (int candidate = 0; candidate <= 10; candidate++)
        {
            float inverse = (14 + (0.2f * candidate)) / (most - least);
            Vector256<float> q0 = Places(x0, least, inverse), q1 = Places(x1, least, inverse), q2 = Places(x2, least, inverse), q3 = Places(x3, least, inverse);
            Vector256<float> wq0 = w0 * q0, wq1 = w1 * q1, wq2 = w2 * q2, wq3 = w3 * q3;
            float q = Vector256.Sum(wq0 + wq1 + wq2 + wq3);
            float qq = Vector256.Sum((wq0 * q0) + (wq1 * q1) + (wq2 * q2) + (wq3 * q3)), qx = Vector256.Sum((wq0 * x0) + (wq1 * x1) + (wq2 * x2) + (wq3 * x3));
            float determinant = (w * qq) - (q * q);
            if (determinant <= 0)
                continue;
            float scale = ((w * qx) - (q * wx)) / determinant, offset = ((qq * wx) - (q * qx)) / determinant;
            if (offset > 0)
                (scale, offset) = (qx / qq, 0);
            float error = wxx - (scale * qx) - (offset * wx); // of the least squares with these places
            if (scale > 0 && error < bestError)
                (bestError, bestScale, bestMinimum) = (error, scale, -offset);
        }
        return bestScale > 0 ? (bestScale, bestMinimum) : ((most - least) / 15, -least);
    }

    /// <summary>Scale of either sign for x = scale * q with q in -32..31; the value of largest magnitude takes a place near -32.</summary>
    private static float FitSymmetric(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            if (Math.Abs(value) > Math.Abs(largest))
                largest = value;
        }
        if (largest == 0)
            return 0;
        Vector256<float> x0 = Load(values, 0), x1 = Load(values, 8), w0 = x0 * x0, w1 = x1 * x1, lowest = Vector256.Create(-32f), highest = Vector256.Create(31f);
        float best = float.MinValue, bestScale = largest / -32;
        for (int candidate = -9; candidate <= 9; candidate += 2)
        {
            Vector256<float> inverse = Vector256.Create((-32 + (0.1f * candidate)) / largest);
            Vector256<float> q0 = Vector256.Min(Vector256.Max(Vector256.Round(inverse * x0), lowest), highest), q1 = Vector256.Min(Vector256.Max(Vector256.Round(inverse * x1), lowest), highest);
            float qx = Vector256.Sum((w0 * q0 * x0) + (w1 * q1 * x1)), qq = Vector256.Sum((w0 * q0 * q0) + (w1 * q1 * q1));
            if (qq > 0 && qx * qx / qq > best)
                (best, bestScale) = (qx * qx / qq, qx / qq);
        }
        return bestScale;
    }

    // Always vectors of eight, whatever the machine has: sums in one order give the same file everywhere.
    private static Vector256<float> Load(ReadOnlySpan<float> values, int at) => Vector256.Create(values.Slice(at, 8));

    private static Vector256<float> Places(Vector256<float> x, float least, float inverse) =>
        Vector256.Min(Vector256.Max(Vector256.Round((x - Vector256.Create(least)) * inverse), Vector256<float>.Zero), Vector256.Create(15f));

    private static void SetPair(Span<byte> packed, int group, int scale, int minimum)
    {
        if (group < 4)
        {
            packed[group] |= (byte)scale;
            packed[group + 4] |= (byte)minimum;
            return;
        }
        packed[group + 4] |= (byte)((scale & 15) | ((minimum & 15) << 4));
        packed[group - 4] |= (byte)(scale >> 4 << 6);
        packed[group] |= (byte)(minimum >> 4 << 6);
    }

    private static int Round(float value, float scale, int least, int most) => scale == 0 ? Math.Clamp(0, least, most) : (int)Math.Clamp(MathF.Round(value / scale), least, most);
}

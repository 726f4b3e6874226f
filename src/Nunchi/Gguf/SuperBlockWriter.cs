using System.Buffers.Binary;

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
        float least = 0, most = values[0], squares = 0;
        foreach (float value in values)
        {
            least = Math.Min(least, value);
            most = Math.Max(most, value);
            squares += value * value;
        }
        if (most <= least)
            return (0, -least);
        float typical = MathF.Sqrt(squares / values.Length), bestError = float.MaxValue, bestScale = 0, bestMinimum = 0;
        for (int candidate = 0; candidate <= 20; candidate++)
        {
            float inverse = (14 + (0.1f * candidate)) / (most - least);
            float weights = 0, q = 0, qq = 0, x = 0, qx = 0;
            foreach (float value in values)
            {
                float weight = typical + Math.Abs(value), number = Math.Clamp(MathF.Round(inverse * (value - least)), 0, 15);
                weights += weight;
                q += weight * number;
                qq += weight * number * number;
                x += weight * value;
                qx += weight * number * value;
            }
            float determinant = (weights * qq) - (q * q);
            if (determinant <= 0)
                continue;
            float scale = ((weights * qx) - (q * x)) / determinant, offset = ((qq * x) - (q * qx)) / determinant;
            if (offset > 0)
                (scale, offset) = (qx / qq, 0);
            if (!(scale > 0))
                continue;
            float error = 0;
            foreach (float value in values)
            {
                float number = Math.Clamp(MathF.Round((value - offset) / scale), 0, 15), difference = (scale * number) + offset - value;
                error += (typical + Math.Abs(value)) * difference * difference;
            }
            if (error < bestError)
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
        float best = float.MinValue, bestScale = largest / -32;
        for (int candidate = -9; candidate <= 9; candidate++)
        {
            float inverse = (-32 + (0.1f * candidate)) / largest, qx = 0, qq = 0;
            foreach (float value in values)
            {
                float number = Math.Clamp(MathF.Round(inverse * value), -32, 31), weight = value * value;
                qx += weight * number * value;
                qq += weight * number * number;
            }
            if (qq > 0 && qx * qx / qq > best)
                (best, bestScale) = (qx * qx / qq, qx / qq);
        }
        return bestScale;
    }

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

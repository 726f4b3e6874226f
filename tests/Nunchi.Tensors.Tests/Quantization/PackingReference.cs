using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Tests.Quantization;

/// <summary>Packing in plain loops, a weight at a time: what the vectorised packing must give to the bit.</summary>
internal static class PackingReference
{
    private const float Tiny = 1e-35f;

    public static byte[] Pack(ReadOnlySpan<float> weights, int rows, int columns, WeightFormat format)
    {
        byte[] packed = new byte[PackedWeight.BytesOf(format, rows, columns)];
        int strips = (rows + 15) / 16, blocks = (columns + 127) / 128, stripBytes = packed.Length / strips;
        for (int strip = 0; strip < strips; strip++)
        {
            Span<byte> to = packed.AsSpan(strip * stripBytes, stripBytes);
            for (int block = 0; block < blocks; block++)
            {
                for (int lane = 0; lane < 16; lane++)
                {
                    int row = (strip * 16) + lane;
                    float[] values = new float[128];
                    for (int k = 0; k < 128 && row < rows && (block * 128) + k < columns; k++)
                        values[k] = weights[(row * columns) + (block * 128) + k];
                    switch (format)
                    {
                        case WeightFormat.BFloat16:
                            for (int k = 0; k < 128; k++)
                                BitConverter.TryWriteBytes(to[((block * 4096) + (k / 2 * 64) + (lane * 4) + (k % 2 * 2))..], FloatConversion.ToBFloat16(values[k]));
                            break;
                        case WeightFormat.Int8:
                            PackInt8(values, lane, to.Slice(block * 2112, 2112));
                            break;
                        case WeightFormat.Int6:
                            PackInt6(values, lane, to.Slice(block * 1536, 1536), to.Slice((blocks * 1536) + (block * 96), 96));
                            break;
                        default:
                            // Of a strip's two halves one without any row is zeros, codes and all.
                            if (row / 8 * 8 < rows)
                                PackInt4(values, lane, to.Slice(block * 1024, 1024), to.Slice((blocks * 1024) + (block * 96), 96));
                            break;
                    }
                }
            }
        }
        return packed;
    }

    /// <summary>The scale of one output's group of 32, <paramref name="stride"/> floats apart.</summary>
    public static float FindScale(ReadOnlySpan<float> values, int stride)
    {
        float low = 0, high = 0;
        for (int k = 0; k < 32; k++)
        {
            low = MathF.Min(low, values[k * stride]);
            high = MathF.Max(high, values[k * stride]);
        }
        float most = MathF.Max(high, -low), extreme = -low > high ? most : -most, bestError = float.PositiveInfinity, best = 0;
        foreach (float level in (ReadOnlySpan<float>)[25, 26.5f, 28, 29, 30, 31, 32, 33.5f, 35, -26, -27.5f, -29, -30.5f])
        {
            float scale = extreme / level, inverse = most > Tiny ? 1 / scale : 0, even = 0, odd = 0;
            for (int k = 0; k < 32; k += 2)
            {
                even += Square(values[k * stride] * inverse);
                odd += Square(values[(k + 1) * stride] * inverse);
            }
            float error = (even + odd) * (1 / (level * level));
            if (error < bestError)
                (bestError, best) = (error, scale);
        }
        return best;
    }

    /// <summary>The code of a weight times its scale's inverse.</summary>
    public static int Code(float scaled)
    {
        int code = 0;
        while (code < 15 && scaled > Threshold(code))
            code++;
        return code;
    }

    private static float Square(float scaled)
    {
        float place = scaled + 32;
        int code = 0;
        while (code < 15 && place >= Threshold(code) + 32)
            code++;
        float difference = scaled - Int4Codebook.Levels[code];
        return difference * difference;
    }

    private static float Threshold(int code) => (Int4Codebook.Levels[code] + Int4Codebook.Levels[code + 1]) / 2f;

    private static void PackInt8(float[] values, int lane, Span<byte> to)
    {
        float most = values.Max(MathF.Abs), inverse = most < Tiny ? 0 : 127 / most;
        for (int k = 0; k < 128; k++)
            to[(k / 4 * 64) + (lane * 4) + (k % 4)] = (byte)((int)MathF.Round(values[k] * inverse) + 128);
        BitConverter.TryWriteBytes(to[(2048 + (lane * 4))..], most < Tiny ? 0 : most / 127);
    }

    private static void PackInt6(float[] values, int lane, Span<byte> codes, Span<byte> scales)
    {
        ushort blockScale = FloatConversion.ToBFloat16(values.Max(MathF.Abs) / 31 / 31);
        float unit = BitConverter.UInt32BitsToSingle((uint)blockScale << 16);
        if (unit < Tiny)
            blockScale = 0;
        BitConverter.TryWriteBytes(scales[(64 + (lane * 2))..], blockScale);
        for (int group = 0; group < 4; group++)
        {
            float[] members = values[(group * 32)..((group + 1) * 32)];
            int scale = blockScale == 0 ? 0 : (int)MathF.Min(31, MathF.Ceiling(members.Max(MathF.Abs) / 31 / unit));
            scales[(group * 16) + lane] = (byte)scale;
            float inverse = scale == 0 ? 0 : 1 / (scale * unit);
            for (int k = 0; k < 32; k++)
            {
                int code = Math.Clamp((int)MathF.Round(members[k] * inverse), -31, 31) + 32, step = k / 4, at = (group * 384) + (lane * 4) + (k % 4);
                codes[at + (step / 2 * 64)] |= (byte)((code & 15) << (step % 2 * 4));
                codes[at + 256 + (step / 4 * 64)] |= (byte)((code >> 4) << (step % 4 * 2));
            }
        }
    }

    private static void PackInt4(float[] values, int lane, Span<byte> codes, Span<byte> scales)
    {
        float[] best = [.. Enumerable.Range(0, 4).Select(group => FindScale(values.AsSpan(group * 32), 1))];
        ushort blockScale = FloatConversion.ToBFloat16(best.Max(MathF.Abs) / 31);
        float unit = BitConverter.UInt32BitsToSingle((uint)blockScale << 16);
        if (unit < Tiny)
            blockScale = 0;
        BitConverter.TryWriteBytes(scales[(64 + (lane * 2))..], blockScale);
        for (int group = 0; group < 4; group++)
        {
            int scale = blockScale == 0 ? 0 : Math.Clamp((int)MathF.Round(best[group] / unit), -31, 31);
            scales[(group * 16) + lane] = (byte)scale;
            float inverse = scale == 0 ? 0 : 1 / (scale * unit);
            for (int k = group * 32; k < (group + 1) * 32; k++)
                codes[(k / 8 * 64) + (lane * 4) + (k % 4)] |= (byte)(Code(values[k] * inverse) << (k / 4 % 2 * 4));
        }
    }
}

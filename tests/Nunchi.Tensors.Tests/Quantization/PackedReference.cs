using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Tests.Cpu;

namespace Nunchi.Tensors.Tests.Quantization;

/// <summary>A packed product written from the formats' description alone, in 64-bit whole numbers: what every kernel must give to the bit (8, 6 and 4 bits).</summary>
internal static unsafe class PackedReference
{
    public static void Multiply(PackedWeight weight, int m, GuardedMemory x, GuardedMemory c, int ldc, bool accumulate, GuardedMemory? bias)
    {
        int k = weight.Columns, blocks = (k + 127) / 128;
        long[] codes = new long[blocks * 128];
        long[] groupScales = new long[blocks * 4];
        float[] scales = new float[blocks];
        for (int j = 0; j < weight.Rows; j++)
        {
            ReadCodes(weight, j, codes, groupScales, scales);
            for (int i = 0; i < m; i++)
            {
                ref float result = ref c.Span[(i * ldc) + j];
                float sum = (accumulate, bias) switch
                {
                    (true, null) => result,
                    (true, _) => result + bias.Span[j],
                    (false, null) => 0,
                    (false, _) => bias.Span[j],
                };
                for (int block = 0; block < blocks; block++)
                {
                    ReadOnlySpan<float> values = x.Span.Slice((i * k) + (block * 128), Math.Min(128, k - (block * 128)));
                    float most = 0;
                    foreach (float value in values)
                        most = MathF.Max(most, MathF.Abs(value));
                    float inverse = most == 0 || !float.IsFinite(most) ? 0 : 127 / most, scale = float.IsFinite(most) ? most / 127 : float.NaN;
                    long dot = 0;
                    for (int l = 0; l < values.Length; l++)
                        dot += (long)(float.IsFinite(most) ? MathF.Round(values[l] * inverse) : 0) * codes[(block * 128) + l] * groupScales[(block * 4) + (l / 32)];
                    Assert.True(Math.Abs(dot) < 1 << 24, $"a block's sum is {dot}, beyond what float32 holds exactly");
                    sum = MathF.FusedMultiplyAdd(dot, scales[block] * scale, sum);
                }
                result = sum;
            }
        }
    }

    private static void ReadCodes(PackedWeight weight, int row, long[] codes, long[] groupScales, float[] scales)
    {
        int blocks = scales.Length, lane = row % 16;
        byte* strip = weight.Data + (row / 16 * (weight.Bytes / ((weight.Rows + 15) / 16)));
        int blockBytes = weight.Format switch { WeightFormat.Int8 => 2112, WeightFormat.Int6 => 1536, _ => 1024 };
        for (int block = 0; block < blocks; block++)
        {
            byte* data = strip + ((long)block * blockBytes), behind = strip + ((long)blocks * blockBytes) + (block * 96L);
            scales[block] = weight.Format == WeightFormat.Int8
                ? ((float*)(data + 2048))[lane]
                : BitConverter.UInt32BitsToSingle((uint)((ushort*)(behind + 64))[lane] << 16);
            for (int group = 0; group < 4; group++)
                groupScales[(block * 4) + group] = weight.Format == WeightFormat.Int8 ? 1 : ((sbyte*)behind)[(group * 16) + lane];
            for (int k = 0; k < 128; k++)
            {
                int step = k / 4, byteInStep = (lane * 4) + (k % 4);
                codes[(block * 128) + k] = weight.Format switch
                {
                    WeightFormat.Int8 => data[(step * 64) + byteInStep] - 128,
                    WeightFormat.Int6 => SixBits(data + (k / 32 * 384), step % 8, byteInStep) - 32,
                    _ => Int4Codebook.Levels[(data[(step / 2 * 64) + byteInStep] >> (step % 2 * 4)) & 15],
                };
            }
        }
    }

    private static int SixBits(byte* group, int step, int at) =>
        ((group[(step / 2 * 64) + at] >> (step % 2 * 4)) & 15) + (((group[256 + (step / 4 * 64) + at] >> (step % 4 * 2)) & 3) * 16);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Images;

/// <summary>
/// The two passes of a resize over rows of RGB bytes. Every path adds the same integers, so all give the same bytes.
/// The AVX2 horizontal pass splits a 22-bit weight into w = high * 2^11 + low, so that the 16-bit multiply-add can take two taps
/// of three channels at once without losing a bit.
/// </summary>
internal static unsafe class ResampleKernels
{
    private const int Round = 1 << (ResampleWeights.FractionBits - 1);
    private const int SplitBits = 11;

    /// <summary>Bytes that may be read past the end of a source row by <see cref="HorizontalAvx2"/>.</summary>
    public const int RowSlack = 32;

    /// <summary>Weights in the order that <see cref="HorizontalAvx2"/> loads them: for four taps, 16 high halves, then 16 low halves.</summary>
    public static short[] Split(ResampleWeights weights)
    {
        int groups = (weights.TapCapacity + 3) / 4;
        var split = new short[checked(weights.Count * groups * 32)];
        for (int i = 0; i < weights.Count; i++)
        {
            for (int k = 0; k < weights.Taps[i]; k++)
            {
                int value = weights.Values[i * weights.TapCapacity + k];
                int offset = (i * groups + k / 4) * 32 + (k % 4 / 2 * 8) + k % 2;
                for (int channel = 0; channel < 3; channel++)
                {
                    split[offset + channel * 2] = (short)(value >> SplitBits);
                    split[offset + channel * 2 + 16] = (short)(value & ((1 << SplitBits) - 1));
                }
            }
        }
        return split;
    }

    /// <summary>One row, any processor. <paramref name="source"/> begins at pixel 0 of the row.</summary>
    public static void HorizontalScalar(byte* source, byte* target, ResampleWeights weights)
    {
        for (int i = 0; i < weights.Count; i++)
        {
            byte* pixel = source + (nint)weights.First[i] * 3;
            int red = Round, green = Round, blue = Round;
            int at = i * weights.TapCapacity;
            for (int k = 0; k < weights.Taps[i]; k++, pixel += 3)
            {
                int weight = weights.Values[at + k];
                red += pixel[0] * weight;
                green += pixel[1] * weight;
                blue += pixel[2] * weight;
            }
            target[0] = Clamp(red);
            target[1] = Clamp(green);
            target[2] = Clamp(blue);
            target += 3;
        }
    }

    /// <summary>Two rows at once, which share the weights; both must be followed by <see cref="RowSlack"/> readable bytes.</summary>
    public static void HorizontalAvx2(byte* source0, byte* source1, byte* target0, byte* target1, ResampleWeights weights, short* split)
    {
        int groups = (weights.TapCapacity + 3) / 4;
        // Taps 0 and 1 in the lower half, 2 and 3 in the upper: R0 R1 G0 G1 B0 B1 as 16-bit numbers.
        var order = Vector256.Create(
            (byte)0, 255, 3, 255, 1, 255, 4, 255, 2, 255, 5, 255, 255, 255, 255, 255,
            6, 255, 9, 255, 7, 255, 10, 255, 8, 255, 11, 255, 255, 255, 255, 255);
        fixed (int* first = weights.First, taps = weights.Taps)
        {
            for (int i = 0; i < weights.Count; i++)
            {
                nint offset = (nint)first[i] * 3;
                byte* pixel0 = source0 + offset, pixel1 = source1 + offset;
                short* weight = split + (nint)i * groups * 32;
                var high0 = Vector256<int>.Zero;
                var low0 = Vector256<int>.Zero;
                var high1 = Vector256<int>.Zero;
                var low1 = Vector256<int>.Zero;
                for (int k = 0; k < taps[i]; k += 4, pixel0 += 12, pixel1 += 12, weight += 32)
                {
                    var highWeights = Vector256.Load(weight);
                    var lowWeights = Vector256.Load(weight + 16);
                    var values0 = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(pixel0), order).AsInt16();
                    var values1 = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(pixel1), order).AsInt16();
                    high0 += Avx2.MultiplyAddAdjacent(values0, highWeights);
                    low0 += Avx2.MultiplyAddAdjacent(values0, lowWeights);
                    high1 += Avx2.MultiplyAddAdjacent(values1, highWeights);
                    low1 += Avx2.MultiplyAddAdjacent(values1, lowWeights);
                }
                var sum0 = (high0 << SplitBits) + low0;
                var sum1 = (high1 << SplitBits) + low1;
                var total0 = sum0.GetLower() + sum0.GetUpper() + Vector128.Create(Round) >> ResampleWeights.FractionBits;
                var total1 = sum1.GetLower() + sum1.GetUpper() + Vector128.Create(Round) >> ResampleWeights.FractionBits;
                var words = Sse2.PackSignedSaturate(total0, total1);
                var bytes = Sse2.PackUnsignedSaturate(words, words).AsUInt64().ToScalar();
                Unsafe.WriteUnaligned(target0, (ushort)bytes);
                target0[2] = (byte)(bytes >> 16);
                Unsafe.WriteUnaligned(target1, (ushort)(bytes >> 32));
                target1[2] = (byte)(bytes >> 48);
                target0 += 3;
                target1 += 3;
            }
        }
    }

    /// <summary>One output row of the vertical pass: <paramref name="source"/> is the first of <paramref name="taps"/> rows, <paramref name="stride"/> bytes apart.</summary>
    public static void VerticalScalar(byte* source, nint stride, byte* target, int bytes, int* weights, int taps) =>
        VerticalTail(source, stride, target, 0, bytes, weights, taps);

    /// <inheritdoc cref="VerticalScalar"/>
    public static void VerticalVector(byte* source, nint stride, byte* target, int bytes, int* weights, int taps)
    {
        int at = 0;
        for (; at <= bytes - 32; at += 32)
        {
            var sum0 = Vector256.Create(Round);
            var sum1 = sum0;
            var sum2 = sum0;
            var sum3 = sum0;
            byte* row = source + at;
            for (int k = 0; k < taps; k++, row += stride)
            {
                var weight = Vector256.Create(weights[k]);
                var (low, high) = Vector256.Widen(Vector256.Load(row));
                var (value0, value1) = Vector256.Widen(low);
                var (value2, value3) = Vector256.Widen(high);
                sum0 += value0.AsInt32() * weight;
                sum1 += value1.AsInt32() * weight;
                sum2 += value2.AsInt32() * weight;
                sum3 += value3.AsInt32() * weight;
            }
            var zero = Vector256<int>.Zero;
            var most = Vector256.Create(255);
            sum0 = Vector256.Clamp(sum0 >> ResampleWeights.FractionBits, zero, most);
            sum1 = Vector256.Clamp(sum1 >> ResampleWeights.FractionBits, zero, most);
            sum2 = Vector256.Clamp(sum2 >> ResampleWeights.FractionBits, zero, most);
            sum3 = Vector256.Clamp(sum3 >> ResampleWeights.FractionBits, zero, most);
            var words0 = Vector256.Narrow(sum0, sum1).AsUInt16();
            var words1 = Vector256.Narrow(sum2, sum3).AsUInt16();
            Vector256.Narrow(words0, words1).Store(target + at);
        }
        VerticalTail(source, stride, target, at, bytes, weights, taps);
    }

    private static void VerticalTail(byte* source, nint stride, byte* target, int at, int bytes, int* weights, int taps)
    {
        for (; at < bytes; at++)
        {
            int sum = Round;
            byte* value = source + at;
            for (int k = 0; k < taps; k++, value += stride)
                sum += *value * weights[k];
            target[at] = Clamp(sum);
        }
    }

    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> ResampleWeights.FractionBits, 0, 255);
}

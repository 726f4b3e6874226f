using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Native;

/// <summary>
/// Rounds float32 operands to bfloat16 (nearest even) and lays them out as the tile reads them: panels of 8, 16, 32 or 48 lines, [pairs of k, lines],
/// each entry two neighbouring k in one 32-bit word. Lines beyond the matrix and an odd last k are zeros.
/// </summary>
internal static unsafe class BFloat16Packing
{
    private static readonly BFloat16Rounding? Rounding = BFloat16Rounding.Shared;

    /// <summary>Packs lines that run along k (A as [m, k], or B as [n, k]).</summary>
    public static void AlongK(float* source, long stride, int lines, int k, int width, int firstPanel, int lastPanel, uint* panels)
    {
        int pairs = (k + 1) / 2;
        for (int panel = firstPanel; panel < lastPanel; panel++)
        {
            uint* destination = panels + ((long)panel * pairs * width);
            for (int group = 0; group < width; group += 8)
            {
                int first = (panel * width) + group;
                EightLines(source + (first * stride), stride, Math.Clamp(lines - first, 0, 8), k, destination + group, width);
            }
        }
    }

    /// <summary>Packs lines that run across k (A as [k, m], or B as [k, n]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AcrossK(float* source, long stride, int lines, int k, int width, int firstPanel, int lastPanel, uint* panels)
    {
        int pairs = (k + 1) / 2;
        for (int pair = 0; pair < pairs; pair++)
        {
            float* even = source + (2L * pair * stride);
            float* odd = (2 * pair) + 1 < k ? even + stride : null;
            int start = firstPanel;
            if (Rounding is { } rounding && odd != null)
            {
                start = Math.Max(firstPanel, Math.Min(lastPanel, lines / width));
                long first = (long)firstPanel * width;
                rounding.Pair(even + first, odd + first, start - firstPanel, width, panels + ((first * pairs) + ((long)pair * width)), (long)pairs * width);
            }
            for (int panel = start; panel < lastPanel; panel++)
            {
                uint* destination = panels + ((((long)panel * pairs) + pair) * width);
                int first = panel * width;
                int count = Math.Min(width, lines - first);
                int i = 0;
                for (; i + 16 <= count; i += 16)
                {
                    Vector512<uint> low = Round(Vector512.Load(even + first + i).AsUInt32());
                    Vector512<uint> high = odd == null ? Vector512<uint>.Zero : Round(Vector512.Load(odd + first + i).AsUInt32());
                    ((low >>> 16) | (high & Vector512.Create(0xFFFF0000u))).Store(destination + i);
                }
                for (; i + 8 <= count; i += 8)
                {
                    Vector256<uint> low = Round(Vector256.Load(even + first + i).AsUInt32());
                    Vector256<uint> high = odd == null ? Vector256<uint>.Zero : Round(Vector256.Load(odd + first + i).AsUInt32());
                    ((low >>> 16) | (high & Vector256.Create(0xFFFF0000u))).Store(destination + i);
                }
                for (; i < count; i++)
                    destination[i] = Pair(even[first + i], odd == null ? 0 : odd[first + i]);
                for (; i < width; i++)
                    destination[i] = 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightLines(float* source, long stride, int count, int k, uint* destination, int width)
    {
        int pairs = (k + 1) / 2, pair = 0;
        if (count == 8 && Rounding is { } rounding)
        {
            int blocks = k / 16;
            rounding.EightLines(source, stride, blocks, destination, width);
            pair = 8 * blocks;
        }
        else if (count == 8)
        {
            for (; pair + 8 <= k / 2; pair += 8)
            {
                float* x = source + (2 * pair);
                Vector256<uint> r0 = Pairs(x), r1 = Pairs(x + stride), r2 = Pairs(x + (2 * stride)), r3 = Pairs(x + (3 * stride));
                Vector256<uint> r4 = Pairs(x + (4 * stride)), r5 = Pairs(x + (5 * stride)), r6 = Pairs(x + (6 * stride)), r7 = Pairs(x + (7 * stride));
                Vector256<uint> a0 = Avx2.UnpackLow(r0, r1), a1 = Avx2.UnpackHigh(r0, r1), a2 = Avx2.UnpackLow(r2, r3), a3 = Avx2.UnpackHigh(r2, r3);
                Vector256<uint> a4 = Avx2.UnpackLow(r4, r5), a5 = Avx2.UnpackHigh(r4, r5), a6 = Avx2.UnpackLow(r6, r7), a7 = Avx2.UnpackHigh(r6, r7);
                Vector256<uint> b0 = Low(a0, a2), b1 = High(a0, a2), b2 = Low(a1, a3), b3 = High(a1, a3);
                Vector256<uint> b4 = Low(a4, a6), b5 = High(a4, a6), b6 = Low(a5, a7), b7 = High(a5, a7);
                uint* y = destination + ((long)pair * width);
                Avx2.Permute2x128(b0, b4, 0x20).Store(y);
                Avx2.Permute2x128(b1, b5, 0x20).Store(y + width);
                Avx2.Permute2x128(b2, b6, 0x20).Store(y + (2 * width));
                Avx2.Permute2x128(b3, b7, 0x20).Store(y + (3 * width));
                Avx2.Permute2x128(b0, b4, 0x31).Store(y + (4 * width));
                Avx2.Permute2x128(b1, b5, 0x31).Store(y + (5 * width));
                Avx2.Permute2x128(b2, b6, 0x31).Store(y + (6 * width));
                Avx2.Permute2x128(b3, b7, 0x31).Store(y + (7 * width));
            }
        }
        for (; pair < pairs; pair++)
        {
            uint* y = destination + ((long)pair * width);
            for (int line = 0; line < 8; line++)
            {
                float* x = source + (line * stride) + (2 * pair);
                y[line] = line < count ? Pair(x[0], (2 * pair) + 1 < k ? x[1] : 0) : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Low(Vector256<uint> x, Vector256<uint> y) => Avx2.UnpackLow(x.AsUInt64(), y.AsUInt64()).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> High(Vector256<uint> x, Vector256<uint> y) => Avx2.UnpackHigh(x.AsUInt64(), y.AsUInt64()).AsUInt32();

    // Sixteen floats to eight words: the even one below, the odd one above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Pairs(float* x)
    {
        Vector512<uint> bits = Vector512.Load(x).AsUInt32();
        Vector512<ulong> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512.Create(1u))).AsUInt64();
        Vector512<ulong> words = ((rounded >>> 16) & Vector512.Create(0xFFFFul)) | ((rounded >>> 32) & Vector512.Create(0xFFFF0000ul));
        return Avx512F.ConvertToVector256UInt32(words);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Round(Vector256<uint> bits) => bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256.Create(1u));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<uint> bits) => bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512.Create(1u));

    private static uint Pair(float even, float odd) => (Round(even) >> 16) | (Round(odd) & 0xFFFF0000);

    private static uint Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return bits + 0x7FFF + ((bits >> 16) & 1);
    }
}

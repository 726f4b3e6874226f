using Nunchi.Tensors.Quantization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Cpu;

/// <summary>Heads on their way into a cache and out of it again, as floats or bytes.</summary>
internal static unsafe class HeadStore
{

    /// <summary>Writes one head of one token at a place of a cache, counted in heads of tokens.</summary>
    public static void Store(float* head, int size, long place, float* data, sbyte* codes, float* scales)
    {
        if (data != null)
            new ReadOnlySpan<float>(head, size).CopyTo(new Span<float>(data + (place * size), size));
        else
            scales[place] = Quantise(head, size, codes + (place * size));
    }

    /// <summary>Spreads consecutive tokens of one head to floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread(sbyte* codes, float* scales, int tokens, int size, float* to)
    {
        for (int token = 0; token < tokens; token++, codes += size, to += size)
        {
            float scale = scales[token];
            var factor = Vector256.Create(scale);
            int i = 0;
            for (; i + 16 <= size; i += 16)
            {
                Vector256<short> halves = Vector256.WidenLower(Vector128.Load(codes + i).ToVector256Unsafe());
                (Vector256.ConvertToSingle(Vector256.WidenLower(halves)) * factor).Store(to + i);
                (Vector256.ConvertToSingle(Vector256.WidenUpper(halves)) * factor).Store(to + i + 8);
            }
            for (; i < size; i++)
                to[i] = codes[i] * scale;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Quantise(float* x, int size, sbyte* codes)
    {
        float most = Largest(x, size);
        float inverse = float.IsFinite(most) && most >= ScaleLimits.Least ? 127 / most : 0;
        if (inverse == 0)
        {
            new Span<sbyte>(codes, size).Clear();
            return float.IsFinite(most) ? 0 : float.NaN;
        }
        int i = 0;
        if (Sse2.IsSupported)
        {
            var factor = Vector128.Create(inverse);
            for (; i + 16 <= size; i += 16)
            {
                // To the nearest, halves to the even one, as MathF.Round.
                Vector128<int> a = Sse2.ConvertToVector128Int32(Vector128.Load(x + i) * factor), b = Sse2.ConvertToVector128Int32(Vector128.Load(x + i + 4) * factor);
                Vector128<int> c = Sse2.ConvertToVector128Int32(Vector128.Load(x + i + 8) * factor), d = Sse2.ConvertToVector128Int32(Vector128.Load(x + i + 12) * factor);
                Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).Store(codes + i);
            }
        }
        for (; i < size; i++)
            codes[i] = (sbyte)MathF.Round(x[i] * inverse);
        return most / 127;
    }

    /// <summary>The largest magnitude; not a number when any value is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* x, int size)
    {
        float most = 0;
        int i = 0;
        if (Vector256.IsHardwareAccelerated && size >= 8)
        {
            Vector256<float> largest = Vector256<float>.Zero, ordered = Vector256<float>.AllBitsSet;
            for (; i + 8 <= size; i += 8)
            {
                Vector256<float> value = Vector256.Load(x + i);
                ordered &= Vector256.Equals(value, value);
                largest = Vector256.Max(largest, Vector256.Abs(value));
            }
            if (ordered.AsUInt32() != Vector256<uint>.AllBitsSet)
                return float.NaN;
            for (int lane = 0; lane < 8; lane++)
                most = MathF.Max(most, largest[lane]);
        }
        for (; i < size; i++)
            most = MathF.Max(most, MathF.Abs(x[i]));
        return most;
    }
}

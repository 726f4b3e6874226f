using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Tensors.Cpu;

/// <summary>Heads on their way into a cache and out of it again, as floats or bytes.</summary>
internal static unsafe class HeadStore
{
    // Below this the inverse of a scale is no longer a normal number.
    private const float Tiny = 1e-35f;

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
        float most = 0;
        for (int i = 0; i < size; i++)
        {
            float magnitude = MathF.Abs(x[i]);
            if (!(magnitude <= most))
                most = magnitude;
            if (float.IsNaN(most))
                break;
        }
        float inverse = float.IsFinite(most) && most >= Tiny ? 127 / most : 0;
        for (int i = 0; i < size; i++)
            codes[i] = inverse == 0 ? (sbyte)0 : (sbyte)MathF.Round(x[i] * inverse);
        return !float.IsFinite(most) ? float.NaN : most >= Tiny ? most / 127 : 0;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// The scale of a group of 32 4-bit weights for each of sixteen outputs: for both signs and several sizes the squared error is summed and the smallest kept. Even and odd weights are
/// summed apart, in order, so that all widths of registers choose the same scale to the bit.
/// </summary>
/// <remarks>
/// A weight x counts as x * inverse; its level is the one whose range holds x * inverse + 32, rounded to float32: its place. Every threshold between levels is a multiple of a
/// half, so <see cref="FindBytes"/> makes an index of seven bits of the place, by adding 2^22 and cutting off, and looks the level up among 128 bytes. The other three bytes of the
/// sum are looked up as well, always with the same result: together they are a float that is a constant plus the level. <see cref="Find512"/> looks up <see cref="Int4Cells"/>, with
/// the half of all, which changes no rounding; <see cref="Find256"/> compares with all thresholds.
/// </remarks>
internal static unsafe class Int4Search
{
    private const int Width = PackedLayout.StripWidth, Group = PackedLayout.Group;

    // 2^22, from where on floats are halves apart.
    private const float IndexBase = 4194304;

    private static readonly byte* LevelBytes = MakeLevelBytes();

    // The bytes of 2^22 are 4A, 80, 00 and the index; the first three always find 48, 02 and 02, and the level 0 would be 40: the float 48020240, where floats are 1/64 apart.
    private const float FoundZero = 133129, FoundUnits = 32;

    /// <summary>Where the extreme weight may come to lie, between the levels -31 and 29 and a little beyond.</summary>
    public static ReadOnlySpan<float> Extremes => [25, 26.5f, 28, 29, 30, 31, 32, 33.5f, 35, -26, -27.5f, -29, -30.5f];

    /// <summary>Finds scales.</summary>
    /// <param name="values">[32, 16]: an output's weights below each other.</param>
    /// <param name="scales">[16]: a level is to be multiplied with that.</param>
    public static void Find(float* values, float* scales)
    {
        if (Avx512Vbmi.IsSupported)
            FindBytes(values, scales);
        else if (Avx512F.IsSupported)
            Find512(values, scales);
        else
            Find256(values, scales);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void FindBytes(float* values, float* scales)
    {
        Vector512<float> extreme = Extreme(values, out Vector512<float> usable), bestError = Vector512.Create(float.PositiveInfinity), best = Vector512<float>.Zero;
        Vector512<byte> t0 = Vector512.Load(LevelBytes), t1 = Vector512.Load(LevelBytes + 64);
        foreach (float level in Extremes)
        {
            Vector512<float> scale = extreme / Vector512.Create(level);
            Vector512<float> inverse = Vector512.ConditionalSelect(usable, Vector512<float>.One / scale, Vector512<float>.Zero);
            Vector512<float> even = Vector512<float>.Zero, odd = even;
            if (MathF.Abs(level) < 32)
            {
                for (float* x = values; x < values + (Group * Width); x += 2 * Width)
                {
                    Vector512<float> e = Vector512.Load(x) * inverse, o = Vector512.Load(x + Width) * inverse;
                    e = DifferenceBytes(e, e + Vector512.Create(32f), t0, t1);
                    o = DifferenceBytes(o, o + Vector512.Create(32f), t0, t1);
                    even += e * e;
                    odd += o * o;
                }
            }
            else
            {
                for (float* x = values; x < values + (Group * Width); x += 2 * Width)
                {
                    Vector512<float> e = Vector512.Load(x) * inverse, o = Vector512.Load(x + Width) * inverse;
                    e = DifferenceBytes(e, Clamp(e + Vector512.Create(32f)), t0, t1);
                    o = DifferenceBytes(o, Clamp(o + Vector512.Create(32f)), t0, t1);
                    even += e * e;
                    odd += o * o;
                }
            }
            Better(level, even + odd, scale, ref bestError, ref best);
        }
        best.Store(scales);
    }

    // The extreme takes the level of largest magnitude, -31, when its sign is the scale's opposite.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Extreme(float* values, out Vector512<float> usable)
    {
        Vector512<float> low = Vector512<float>.Zero, high = low;
        for (int k = 0; k < Group; k++)
        {
            var x = Vector512.Load(values + (k * Width));
            low = Vector512.MinNative(low, x);
            high = Vector512.MaxNative(high, x);
        }
        Vector512<float> most = Vector512.MaxNative(high, -low);
        usable = Vector512.GreaterThan(most, Vector512.Create(ScaleLimits.Least));
        return Vector512.ConditionalSelect(Vector512.GreaterThan(-low, high), most, -most);
    }

    // Errors in units of the largest weight, so that nothing leaves the range of float32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Better(float level, Vector512<float> error, Vector512<float> scale, ref Vector512<float> bestError, ref Vector512<float> best)
    {
        error *= Vector512.Create(1 / (level * level));
        var better = Vector512.LessThan(error, bestError);
        bestError = Vector512.ConditionalSelect(better, error, bestError);
        best = Vector512.ConditionalSelect(better, scale, best);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Clamp(Vector512<float> place) => Vector512.MaxNative(Vector512.MinNative(place, Vector512.Create(63.5f)), Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> DifferenceBytes(Vector512<float> x, Vector512<float> place, Vector512<byte> t0, Vector512<byte> t1)
    {
        Vector512<byte> index = Avx512F.Add(place, Vector512.Create(IndexBase), FloatRoundingMode.ToZero).AsByte();
        Vector512<float> found = Avx512Vbmi.PermuteVar64x8x2(t0, index, t1).AsSingle();
        return Avx512F.FusedMultiplyAddNegated(found - Vector512.Create(FoundZero), Vector512.Create(FoundUnits), x);
    }

    // Twice the level plus 64, for every half from -32 to 31.5.
    private static byte* MakeLevelBytes()
    {
        byte* bytes = (byte*)NativeMemory.AlignedAlloc(128, 64);
        for (int half = 0; half < 128; half++)
        {
            int code = 0;
            while (code < 15 && Int4Cells.Threshold(code) <= (half / 2f) - 32)
                code++;
            bytes[half] = (byte)((2 * Int4Codebook.Levels[code]) + 64);
        }
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Find512(float* values, float* scales)
    {
        Vector512<float> extreme = Extreme(values, out Vector512<float> usable), bestError = Vector512.Create(float.PositiveInfinity), best = Vector512<float>.Zero;
        foreach (float level in Extremes)
        {
            Vector512<float> scale = extreme / Vector512.Create(level);
            Vector512<float> inverse = Vector512.ConditionalSelect(usable, Vector512<float>.One / scale, Vector512<float>.Zero);
            Better(level, Error512(values, inverse * Vector512.Create(0.5f)), scale, ref bestError, ref best);
        }
        best.Store(scales);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Error512(float* values, Vector512<float> halfInverse)
    {
        Int4Cells* cells = Int4Cells.Tables;
        Vector512<float> t0 = Vector512.Load(cells->HalfPlaces), t1 = Vector512.Load(cells->HalfPlaces + Width);
        Vector512<float> a0 = Vector512.Load(cells->LevelsBelow), a1 = Vector512.Load(cells->LevelsBelow + Width);
        Vector512<float> b0 = Vector512.Load(cells->LevelsAbove), b1 = Vector512.Load(cells->LevelsAbove + Width);
        Vector512<float> even = Vector512<float>.Zero, odd = even;
        for (int k = 0; k < Group; k += 2)
        {
            Vector512<float> e = Difference(Vector512.Load(values + (k * Width)) * halfInverse, t0, t1, a0, a1, b0, b1);
            Vector512<float> o = Difference(Vector512.Load(values + (k * Width) + Width) * halfInverse, t0, t1, a0, a1, b0, b1);
            even += e * e;
            odd += o * o;
        }
        return even + odd;
    }

    // Weights reach from -35 to 35, so that the lowest have the cells 0 and -1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Difference(Vector512<float> half, Vector512<float> t0, Vector512<float> t1, Vector512<float> a0, Vector512<float> a1, Vector512<float> b0, Vector512<float> b1)
    {
        Vector512<float> place = half + Vector512.Create(16f);
        Vector512<int> cell = Vector512.ConvertToInt32Native(Vector512.MinNative(place, Vector512.Create(Int4Cells.Last)));
        Vector512<float> above = Vector512.GreaterThanOrEqual(place, Avx512F.PermuteVar16x32x2(t0, cell, t1));
        Vector512<float> level = Vector512.ConditionalSelect(above, Avx512F.PermuteVar16x32x2(b0, cell, b1), Avx512F.PermuteVar16x32x2(a0, cell, a1));
        return Avx512F.FusedMultiplySubtract(half, Vector512.Create(2f), level);
    }

    internal static void Find256(float* values, float* scales)
    {
        Find8(values, scales);
        Find8(values + 8, scales + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Find8(float* values, float* scales)
    {
        Vector256<float> low = Vector256<float>.Zero, high = low;
        for (int k = 0; k < Group; k++)
        {
            var x = Vector256.Load(values + (k * Width));
            low = Vector256.Min(low, x);
            high = Vector256.Max(high, x);
        }
        Vector256<float> most = Vector256.Max(high, -low), usable = Vector256.GreaterThan(most, Vector256.Create(ScaleLimits.Least));
        Vector256<float> extreme = Vector256.ConditionalSelect(Vector256.GreaterThan(-low, high), most, -most);
        Vector256<float> bestError = Vector256.Create(float.PositiveInfinity), best = Vector256<float>.Zero;
        foreach (float level in Extremes)
        {
            Vector256<float> scale = extreme / Vector256.Create(level);
            Vector256<float> inverse = Vector256.ConditionalSelect(usable, Vector256<float>.One / scale, Vector256<float>.Zero);
            Vector256<float> even = Vector256<float>.Zero, odd = even;
            for (int k = 0; k < Group; k += 2)
            {
                Vector256<float> e = Difference(Vector256.Load(values + (k * Width)) * inverse), o = Difference(Vector256.Load(values + (k * Width) + Width) * inverse);
                even += e * e;
                odd += o * o;
            }
            Vector256<float> error = (even + odd) * Vector256.Create(1 / (level * level));
            var better = Vector256.LessThan(error, bestError);
            bestError = Vector256.ConditionalSelect(better, error, bestError);
            best = Vector256.ConditionalSelect(better, scale, best);
        }
        best.Store(scales);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Difference(Vector256<float> x)
    {
        Vector256<float> place = x + Vector256.Create(32f), level = Vector256.Create(-31f);
        level += Step(place, 4.5f, 7) + Step(place, 10.5f, 5) + Step(place, 15, 4) + Step(place, 19, 4) + Step(place, 22.5f, 3) + Step(place, 25.5f, 3) + Step(place, 28.5f, 3) + Step(place, 31.5f, 3);
        level += Step(place, 34.5f, 3) + Step(place, 37.5f, 3) + Step(place, 40.5f, 3) + Step(place, 43.5f, 3) + Step(place, 47, 4) + Step(place, 51.5f, 5) + Step(place, 57.5f, 7);
        return x - level;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Step(Vector256<float> place, float threshold, float rise) =>
        Vector256.GreaterThanOrEqual(place, Vector256.Create(threshold)) & Vector256.Create(rise);
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Machine;

/// <summary>Loops of independent chains that keep their sums in registers: the most that an instruction set can compute. Where a product does not depend on its sum, one operand comes from memory and the other
/// changes from round to round, so that nothing can be taken out of the loop. Each returns a value so that nothing is left out.</summary>
internal static unsafe class PeakLoops
{
    /// <summary>Chains of the 512-bit loops.</summary>
    public const int WideChains = 24;

    /// <summary>Chains of the 256-bit loops: as many as the registers hold.</summary>
    public const int NarrowChains = 12;

    /// <summary>16 multiply-adds of float32 a step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Float512(long rounds)
    {
        var x = Vector512.Create(0.999f);
        var y = Vector512.Create(1e-3f);
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default, c16 = default, c17 = default, c18 = default, c19 = default, c20 = default, c21 = default, c22 = default, c23 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 = Avx512F.FusedMultiplyAdd(c0, x, y);
            c1 = Avx512F.FusedMultiplyAdd(c1, x, y);
            c2 = Avx512F.FusedMultiplyAdd(c2, x, y);
            c3 = Avx512F.FusedMultiplyAdd(c3, x, y);
            c4 = Avx512F.FusedMultiplyAdd(c4, x, y);
            c5 = Avx512F.FusedMultiplyAdd(c5, x, y);
            c6 = Avx512F.FusedMultiplyAdd(c6, x, y);
            c7 = Avx512F.FusedMultiplyAdd(c7, x, y);
            c8 = Avx512F.FusedMultiplyAdd(c8, x, y);
            c9 = Avx512F.FusedMultiplyAdd(c9, x, y);
            c10 = Avx512F.FusedMultiplyAdd(c10, x, y);
            c11 = Avx512F.FusedMultiplyAdd(c11, x, y);
            c12 = Avx512F.FusedMultiplyAdd(c12, x, y);
            c13 = Avx512F.FusedMultiplyAdd(c13, x, y);
            c14 = Avx512F.FusedMultiplyAdd(c14, x, y);
            c15 = Avx512F.FusedMultiplyAdd(c15, x, y);
            c16 = Avx512F.FusedMultiplyAdd(c16, x, y);
            c17 = Avx512F.FusedMultiplyAdd(c17, x, y);
            c18 = Avx512F.FusedMultiplyAdd(c18, x, y);
            c19 = Avx512F.FusedMultiplyAdd(c19, x, y);
            c20 = Avx512F.FusedMultiplyAdd(c20, x, y);
            c21 = Avx512F.FusedMultiplyAdd(c21, x, y);
            c22 = Avx512F.FusedMultiplyAdd(c22, x, y);
            c23 = Avx512F.FusedMultiplyAdd(c23, x, y);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0] + c12[0] + c13[0] + c14[0] + c15[0] + c16[0] + c17[0] + c18[0] + c19[0] + c20[0] + c21[0] + c22[0] + c23[0];
    }

    /// <summary>8 multiply-adds of float32 a step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Float256(long rounds)
    {
        var x = Vector256.Create(0.999f);
        var y = Vector256.Create(1e-3f);
        Vector256<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 = Fma.MultiplyAdd(c0, x, y);
            c1 = Fma.MultiplyAdd(c1, x, y);
            c2 = Fma.MultiplyAdd(c2, x, y);
            c3 = Fma.MultiplyAdd(c3, x, y);
            c4 = Fma.MultiplyAdd(c4, x, y);
            c5 = Fma.MultiplyAdd(c5, x, y);
            c6 = Fma.MultiplyAdd(c6, x, y);
            c7 = Fma.MultiplyAdd(c7, x, y);
            c8 = Fma.MultiplyAdd(c8, x, y);
            c9 = Fma.MultiplyAdd(c9, x, y);
            c10 = Fma.MultiplyAdd(c10, x, y);
            c11 = Fma.MultiplyAdd(c11, x, y);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0];
    }

    /// <summary>4 multiply-adds of float32 a step, as the portable kernels compute them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Float128(long rounds)
    {
        var x = Vector128.Create(0.999f);
        var y = Vector128.Create(1e-3f);
        Vector128<float> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 = Vector128.MultiplyAddEstimate(c0, x, y);
            c1 = Vector128.MultiplyAddEstimate(c1, x, y);
            c2 = Vector128.MultiplyAddEstimate(c2, x, y);
            c3 = Vector128.MultiplyAddEstimate(c3, x, y);
            c4 = Vector128.MultiplyAddEstimate(c4, x, y);
            c5 = Vector128.MultiplyAddEstimate(c5, x, y);
            c6 = Vector128.MultiplyAddEstimate(c6, x, y);
            c7 = Vector128.MultiplyAddEstimate(c7, x, y);
            c8 = Vector128.MultiplyAddEstimate(c8, x, y);
            c9 = Vector128.MultiplyAddEstimate(c9, x, y);
            c10 = Vector128.MultiplyAddEstimate(c10, x, y);
            c11 = Vector128.MultiplyAddEstimate(c11, x, y);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0];
    }

    /// <summary>32 multiply-adds of u8 and s8 a step into int32 (AVX-VNNI).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ByteVnni256(long rounds)
    {
        var x = Vector256.Create((byte)3);
        var y = Vector256.Create((sbyte)-2);
        Vector256<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 = AvxVnni.MultiplyWideningAndAdd(c0, x, y);
            c1 = AvxVnni.MultiplyWideningAndAdd(c1, x, y);
            c2 = AvxVnni.MultiplyWideningAndAdd(c2, x, y);
            c3 = AvxVnni.MultiplyWideningAndAdd(c3, x, y);
            c4 = AvxVnni.MultiplyWideningAndAdd(c4, x, y);
            c5 = AvxVnni.MultiplyWideningAndAdd(c5, x, y);
            c6 = AvxVnni.MultiplyWideningAndAdd(c6, x, y);
            c7 = AvxVnni.MultiplyWideningAndAdd(c7, x, y);
            c8 = AvxVnni.MultiplyWideningAndAdd(c8, x, y);
            c9 = AvxVnni.MultiplyWideningAndAdd(c9, x, y);
            c10 = AvxVnni.MultiplyWideningAndAdd(c10, x, y);
            c11 = AvxVnni.MultiplyWideningAndAdd(c11, x, y);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0];
    }

    /// <summary>16 multiply-adds of int16 a step into int32 (AVX-VNNI).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ShortVnni256(long rounds)
    {
        var x = Vector256.Create((short)3);
        var y = Vector256.Create((short)-2);
        Vector256<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 = AvxVnni.MultiplyWideningAndAdd(c0, x, y);
            c1 = AvxVnni.MultiplyWideningAndAdd(c1, x, y);
            c2 = AvxVnni.MultiplyWideningAndAdd(c2, x, y);
            c3 = AvxVnni.MultiplyWideningAndAdd(c3, x, y);
            c4 = AvxVnni.MultiplyWideningAndAdd(c4, x, y);
            c5 = AvxVnni.MultiplyWideningAndAdd(c5, x, y);
            c6 = AvxVnni.MultiplyWideningAndAdd(c6, x, y);
            c7 = AvxVnni.MultiplyWideningAndAdd(c7, x, y);
            c8 = AvxVnni.MultiplyWideningAndAdd(c8, x, y);
            c9 = AvxVnni.MultiplyWideningAndAdd(c9, x, y);
            c10 = AvxVnni.MultiplyWideningAndAdd(c10, x, y);
            c11 = AvxVnni.MultiplyWideningAndAdd(c11, x, y);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0];
    }

    /// <summary>32 multiply-adds of u8 and s8 a step: pair sums in int16, which saturate, then int32 (AVX2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ByteMadd256(long rounds)
    {
        var memory = stackalloc sbyte[(NarrowChains + 1) * Vector256<sbyte>.Count];
        var y = Twos(memory, NarrowChains, Vector256<sbyte>.Count);
        var x = Vector256.Create((byte)3);
        Vector256<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (0 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c1 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (1 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c2 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (2 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c3 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (3 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c4 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (4 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c5 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (5 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c6 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (6 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c7 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (7 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c8 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (8 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c9 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (9 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c10 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (10 * Vector256<sbyte>.Count))), Vector256<short>.One);
            c11 += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (11 * Vector256<sbyte>.Count))), Vector256<short>.One);
            x ^= Vector256.Create((byte)1);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0];
    }

    /// <summary>64 multiply-adds of u8 and s8 a step: pair sums in int16, which saturate, then int32 (AVX-512BW).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ByteMadd512(long rounds)
    {
        var memory = stackalloc sbyte[(WideChains + 1) * Vector512<sbyte>.Count];
        var y = Twos(memory, WideChains, Vector512<sbyte>.Count);
        var x = Vector512.Create((byte)3);
        Vector512<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default, c16 = default, c17 = default, c18 = default, c19 = default, c20 = default, c21 = default, c22 = default, c23 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (0 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c1 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (1 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c2 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (2 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c3 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (3 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c4 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (4 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c5 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (5 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c6 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (6 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c7 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (7 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c8 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (8 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c9 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (9 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c10 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (10 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c11 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (11 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c12 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (12 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c13 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (13 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c14 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (14 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c15 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (15 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c16 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (16 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c17 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (17 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c18 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (18 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c19 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (19 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c20 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (20 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c21 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (21 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c22 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (22 * Vector512<sbyte>.Count))), Vector512<short>.One);
            c23 += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (23 * Vector512<sbyte>.Count))), Vector512<short>.One);
            x ^= Vector512.Create((byte)1);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0] + c12[0] + c13[0] + c14[0] + c15[0] + c16[0] + c17[0] + c18[0] + c19[0] + c20[0] + c21[0] + c22[0] + c23[0];
    }

    /// <summary>16 multiply-adds of int16 a step into int32 (AVX2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ShortMadd256(long rounds)
    {
        var memory = stackalloc short[(NarrowChains + 1) * Vector256<short>.Count];
        var y = Twos(memory, NarrowChains, Vector256<short>.Count);
        var x = Vector256.Create((short)3);
        Vector256<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (0 * Vector256<short>.Count)));
            c1 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (1 * Vector256<short>.Count)));
            c2 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (2 * Vector256<short>.Count)));
            c3 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (3 * Vector256<short>.Count)));
            c4 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (4 * Vector256<short>.Count)));
            c5 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (5 * Vector256<short>.Count)));
            c6 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (6 * Vector256<short>.Count)));
            c7 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (7 * Vector256<short>.Count)));
            c8 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (8 * Vector256<short>.Count)));
            c9 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (9 * Vector256<short>.Count)));
            c10 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (10 * Vector256<short>.Count)));
            c11 += Avx2.MultiplyAddAdjacent(x, Vector256.Load(y + (11 * Vector256<short>.Count)));
            x ^= Vector256.Create((short)1);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0];
    }

    /// <summary>32 multiply-adds of int16 a step into int32 (AVX-512BW).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ShortMadd512(long rounds)
    {
        var memory = stackalloc short[(WideChains + 1) * Vector512<short>.Count];
        var y = Twos(memory, WideChains, Vector512<short>.Count);
        var x = Vector512.Create((short)3);
        Vector512<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default, c12 = default, c13 = default, c14 = default, c15 = default, c16 = default, c17 = default, c18 = default, c19 = default, c20 = default, c21 = default, c22 = default, c23 = default;
        for (var i = rounds; i > 0; i--)
        {
            c0 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (0 * Vector512<short>.Count)));
            c1 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (1 * Vector512<short>.Count)));
            c2 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (2 * Vector512<short>.Count)));
            c3 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (3 * Vector512<short>.Count)));
            c4 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (4 * Vector512<short>.Count)));
            c5 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (5 * Vector512<short>.Count)));
            c6 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (6 * Vector512<short>.Count)));
            c7 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (7 * Vector512<short>.Count)));
            c8 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (8 * Vector512<short>.Count)));
            c9 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (9 * Vector512<short>.Count)));
            c10 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (10 * Vector512<short>.Count)));
            c11 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (11 * Vector512<short>.Count)));
            c12 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (12 * Vector512<short>.Count)));
            c13 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (13 * Vector512<short>.Count)));
            c14 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (14 * Vector512<short>.Count)));
            c15 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (15 * Vector512<short>.Count)));
            c16 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (16 * Vector512<short>.Count)));
            c17 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (17 * Vector512<short>.Count)));
            c18 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (18 * Vector512<short>.Count)));
            c19 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (19 * Vector512<short>.Count)));
            c20 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (20 * Vector512<short>.Count)));
            c21 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (21 * Vector512<short>.Count)));
            c22 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (22 * Vector512<short>.Count)));
            c23 += Avx512BW.MultiplyAddAdjacent(x, Vector512.Load(y + (23 * Vector512<short>.Count)));
            x ^= Vector512.Create((short)1);
        }
        return c0[0] + c1[0] + c2[0] + c3[0] + c4[0] + c5[0] + c6[0] + c7[0] + c8[0] + c9[0] + c10[0] + c11[0] + c12[0] + c13[0] + c14[0] + c15[0] + c16[0] + c17[0] + c18[0] + c19[0] + c20[0] + c21[0] + c22[0] + c23[0];
    }

    // Registers of twos, aligned; there must be room for one more.
    private static T* Twos<T>(T* memory, int registers, int count)
        where T : unmanaged, INumber<T>
    {
        nint bytes = count * sizeof(T);
        var first = (T*)(((nint)memory + bytes - 1) & -bytes);
        new Span<T>(first, registers * count).Fill(T.CreateChecked(2));
        return first;
    }
}

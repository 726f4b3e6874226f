using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nunchi.Tensors.Quantization;

/// <summary>Dot products of unsigned by signed bytes, four to a 32-bit lane, for 256-bit registers.</summary>
internal unsafe interface IByteDot
{
    /// <summary>sum + w0 . x0 + w1 . x1 for weights of at most 63 (levels of 6 and 4 bits with their offset).</summary>
    static abstract Vector256<int> SmallPair(Vector256<int> sum, Vector256<byte> w0, Vector256<sbyte> x0, Vector256<byte> w1, Vector256<sbyte> x1);

    /// <summary>Adds w0 . x and w1 . x for any bytes; x from four signed bytes, or from the same as 16-bit numbers in the order 0, 2, 1, 3.</summary>
    static abstract void Full(ref Vector256<int> low, ref Vector256<int> high, Vector256<byte> w0, Vector256<byte> w1, sbyte* bytes, ushort* halves);
}

/// <summary>AVX-VNNI: VPDPBUSD, which does not saturate.</summary>
internal readonly unsafe struct VnniDot : IByteDot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SmallPair(Vector256<int> sum, Vector256<byte> w0, Vector256<sbyte> x0, Vector256<byte> w1, Vector256<sbyte> x1) =>
        AvxVnni.MultiplyWideningAndAdd(AvxVnni.MultiplyWideningAndAdd(sum, w0, x0), w1, x1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Full(ref Vector256<int> low, ref Vector256<int> high, Vector256<byte> w0, Vector256<byte> w1, sbyte* bytes, ushort* halves)
    {
        Vector256<sbyte> x = Vector256.Create(*(int*)bytes).AsSByte();
        low = AvxVnni.MultiplyWideningAndAdd(low, w0, x);
        high = AvxVnni.MultiplyWideningAndAdd(high, w1, x);
    }
}

/// <summary>
/// AVX2. Levels of at most 63 times activations of at most 127 give pair sums of at most 16,002, so two of them fit 16 bits (32,004). Full bytes would overflow there
/// (2 * 255 * 127 = 64,770): they are split into even and odd 16-bit numbers first.
/// </summary>
internal readonly unsafe struct PlainDot : IByteDot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> SmallPair(Vector256<int> sum, Vector256<byte> w0, Vector256<sbyte> x0, Vector256<byte> w1, Vector256<sbyte> x1) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(w0, x0) + Avx2.MultiplyAddAdjacent(w1, x1), Vector256<short>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Full(ref Vector256<int> low, ref Vector256<int> high, Vector256<byte> w0, Vector256<byte> w1, sbyte* bytes, ushort* halves)
    {
        Vector256<short> even = Vector256.Create(*(int*)halves).AsInt16(), odd = Vector256.Create(*(int*)(halves + 2)).AsInt16(), mask = Vector256.Create((short)0xff);
        low += Avx2.MultiplyAddAdjacent(w0.AsInt16() & mask, even) + Avx2.MultiplyAddAdjacent((w0.AsUInt16() >>> 8).AsInt16(), odd);
        high += Avx2.MultiplyAddAdjacent(w1.AsInt16() & mask, even) + Avx2.MultiplyAddAdjacent((w1.AsUInt16() >>> 8).AsInt16(), odd);
    }
}

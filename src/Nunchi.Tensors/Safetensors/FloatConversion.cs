using System.Numerics;
using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Safetensors;

/// <summary>Conversions between float32 and the 16-bit float formats, vectorised.</summary>
public static class FloatConversion
{
    /// <summary>Widens bfloat16 to float32: exact.</summary>
    /// <param name="source">bfloat16 bit patterns.</param>
    /// <param name="destination">At least as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        RequireRoom(source.Length, destination.Length);
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }
        for (; i < source.Length; i++)
            bits[i] = (uint)source[i] << 16;
    }

    /// <summary>Rounds float32 to bfloat16, to nearest, ties to even; NaN stays NaN.</summary>
    /// <param name="source">Values.</param>
    /// <param name="destination">bfloat16 bit patterns, at least as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void ToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        RequireRoom(source.Length, destination.Length);
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(source);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> low = RoundToBFloat16(new Vector<uint>(bits[i..]));
            Vector<uint> high = RoundToBFloat16(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
            Vector.Narrow(low, high).CopyTo(destination[i..]);
        }
        for (; i < source.Length; i++)
            destination[i] = ToBFloat16(source[i]);
    }

    /// <summary>Rounds one float32 to bfloat16, to nearest, ties to even; NaN stays NaN.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Widens IEEE half precision to float32: exact, subnormal numbers, infinities and NaN included.</summary>
    /// <param name="source">Half-precision bit patterns.</param>
    /// <param name="destination">At least as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void FromHalf(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        RequireRoom(source.Length, destination.Length);
        int i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out Vector<uint> low, out Vector<uint> high);
            WidenHalf(low).CopyTo(destination[i..]);
            WidenHalf(high).CopyTo(destination[(i + Vector<float>.Count)..]);
        }
        for (; i < source.Length; i++)
            destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    /// <summary>Rounds float32 to IEEE half precision, to nearest, ties to even; what is too large becomes infinite.</summary>
    /// <param name="source">Values.</param>
    /// <param name="destination">Half-precision bit patterns, at least as long as <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void ToHalf(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        RequireRoom(source.Length, destination.Length);
        for (int i = 0; i < source.Length; i++)
            destination[i] = BitConverter.HalfToUInt16Bits((Half)source[i]);
    }

    // The exponent is rebased by a multiplication with 2^112, which also normalises subnormal halves.
    private static Vector<float> WidenHalf(Vector<uint> half)
    {
        Vector<uint> magnitude = (half & new Vector<uint>(0x7fff)) << 13;
        Vector<uint> rebased = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * new Vector<float>(BitConverter.UInt32BitsToSingle((127u + 112) << 23)));
        Vector<uint> special = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x7c00u << 13));
        rebased = Vector.ConditionalSelect(special, magnitude | new Vector<uint>(0x7f800000), rebased);
        return Vector.AsVectorSingle(rebased | ((half & new Vector<uint>(0x8000)) << 16));
    }

    private static Vector<uint> RoundToBFloat16(Vector<uint> bits)
    {
        Vector<uint> upper = bits >> 16;
        Vector<uint> rounded = (bits + new Vector<uint>(0x7fff) + (upper & Vector<uint>.One)) >> 16;
        Vector<uint> isNaN = Vector.GreaterThan(bits & new Vector<uint>(0x7fffffff), new Vector<uint>(0x7f800000));
        return Vector.ConditionalSelect(isNaN, upper | new Vector<uint>(0x40), rounded);
    }

    private static void RequireRoom(int needed, int given)
    {
        if (given < needed)
            throw new ArgumentException($"The destination holds {given} values, {needed} are to be converted.");
    }
}

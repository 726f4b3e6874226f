using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>Where a row of weights lies and what its elements are.</summary>
internal unsafe struct RowPlace
{
    /// <summary>The first element; need not be aligned.</summary>
    public byte* Start;

    /// <summary>F32, F16, BF16 or F64.</summary>
    public SafetensorsType Type;

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes;
}

/// <summary>
/// Packs a strip from rows of any float type, sixteen rows by 128 columns at a time: such a block is 8 KB of float32, so that converting, checking, quantising and laying out all happen in
/// the first-level cache.
/// </summary>
internal static unsafe class StripBlock
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block;

    /// <summary>Packs a strip.</summary>
    /// <param name="format">How.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="count">How many there are, 1..16; the rest of the strip is zeros.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="strip">All of its bytes are written.</param>
    /// <returns>False when a weight is not finite; the strip's bytes then mean nothing.</returns>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Pack(WeightFormat format, RowPlace* rows, int count, int columns, byte* strip)
    {
        byte* memory = stackalloc byte[(2 * Width * Block * sizeof(float)) + 64];
        float* values = (float*)(((nint)memory + 63) & ~(nint)63), scratch = values + (Width * Block);
        int blocks = PackedLayout.Blocks(columns);
        for (int block = 0; block < blocks; block++)
        {
            Read(rows, count, block * Block, Math.Min(Block, columns - (block * Block)), values);
            if (!IsFinite(values))
                return false;
            switch (format)
            {
                case WeightFormat.BFloat16:
                    BFloat16Strips.PackBlock(values, (ushort*)scratch, strip + ((long)block * PackedLayout.BFloat16BlockBytes));
                    break;
                case WeightFormat.Int8:
                    Int8Strips.PackBlock(values, (byte*)scratch, strip + ((long)block * PackedLayout.Int8BlockBytes));
                    break;
                case WeightFormat.Int6:
                    Int6Strips.PackBlock(values, scratch, strip, block, blocks);
                    break;
                default:
                    Int4Strips.PackBlock(values, scratch, count, strip, block, blocks);
                    break;
            }
        }
        return true;
    }

    /// <summary>Sixteen rows of sixteen 32-bit words become sixteen columns: to[k][row] = from[row][k].</summary>
    /// <param name="from">The first word.</param>
    /// <param name="stride">Words from one row to the next.</param>
    /// <param name="to">256 words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(uint* from, int stride, uint* to)
    {
        if (Avx512F.IsSupported)
            Transpose512(from, stride, to);
        else if (Avx.IsSupported)
            Transpose256((float*)from, stride, (float*)to);
        else
            TransposePlain(from, stride, to);
    }

    internal static void TransposePlain(uint* from, int stride, uint* to)
    {
        for (int k = 0; k < Width; k++)
        {
            for (int row = 0; row < Width; row++)
                to[(k * Width) + row] = from[(row * stride) + k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Transpose256(float* from, int stride, float* to)
    {
        for (int top = 0; top < Width; top += 8)
        {
            for (int left = 0; left < Width; left += 8)
            {
                float* x = from + (top * stride) + left, y = to + (left * Width) + top;
                Vector256<double> a = Avx.UnpackLow(Row(x, stride, 0), Row(x, stride, 1)).AsDouble(), b = Avx.UnpackHigh(Row(x, stride, 0), Row(x, stride, 1)).AsDouble();
                Vector256<double> c = Avx.UnpackLow(Row(x, stride, 2), Row(x, stride, 3)).AsDouble(), d = Avx.UnpackHigh(Row(x, stride, 2), Row(x, stride, 3)).AsDouble();
                Vector256<double> e = Avx.UnpackLow(Row(x, stride, 4), Row(x, stride, 5)).AsDouble(), f = Avx.UnpackHigh(Row(x, stride, 4), Row(x, stride, 5)).AsDouble();
                Vector256<double> g = Avx.UnpackLow(Row(x, stride, 6), Row(x, stride, 7)).AsDouble(), h = Avx.UnpackHigh(Row(x, stride, 6), Row(x, stride, 7)).AsDouble();
                Halves(Avx.UnpackLow(a, c), Avx.UnpackLow(e, g), y, 0);
                Halves(Avx.UnpackHigh(a, c), Avx.UnpackHigh(e, g), y, 1);
                Halves(Avx.UnpackLow(b, d), Avx.UnpackLow(f, h), y, 2);
                Halves(Avx.UnpackHigh(b, d), Avx.UnpackHigh(f, h), y, 3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Transpose512(uint* from, int stride, uint* to)
    {
        // Fours of rows become lanes of four; then the lanes change places with the fours.
        Four(from, stride, out var a0, out var a1, out var a2, out var a3);
        Four(from + (4 * stride), stride, out var b0, out var b1, out var b2, out var b3);
        Four(from + (8 * stride), stride, out var c0, out var c1, out var c2, out var c3);
        Four(from + (12 * stride), stride, out var d0, out var d1, out var d2, out var d3);
        Lanes(a0, b0, c0, d0, to);
        Lanes(a1, b1, c1, d1, to + Width);
        Lanes(a2, b2, c2, d2, to + (2 * Width));
        Lanes(a3, b3, c3, d3, to + (3 * Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(uint* from, int stride, out Vector512<ulong> first, out Vector512<ulong> second, out Vector512<ulong> third, out Vector512<ulong> fourth)
    {
        Vector512<uint> a = Vector512.Load(from), b = Vector512.Load(from + stride), c = Vector512.Load(from + (2 * stride)), d = Vector512.Load(from + (3 * stride));
        Vector512<ulong> low = Avx512F.UnpackLow(a, b).AsUInt64(), high = Avx512F.UnpackHigh(a, b).AsUInt64();
        Vector512<ulong> low2 = Avx512F.UnpackLow(c, d).AsUInt64(), high2 = Avx512F.UnpackHigh(c, d).AsUInt64();
        first = Avx512F.UnpackLow(low, low2);
        second = Avx512F.UnpackHigh(low, low2);
        third = Avx512F.UnpackLow(high, high2);
        fourth = Avx512F.UnpackHigh(high, high2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c, Vector512<ulong> d, uint* to)
    {
        Vector512<ulong> ab = Avx512F.Shuffle4x128(a, b, 0x44), abHigh = Avx512F.Shuffle4x128(a, b, 0xee);
        Vector512<ulong> cd = Avx512F.Shuffle4x128(c, d, 0x44), cdHigh = Avx512F.Shuffle4x128(c, d, 0xee);
        Avx512F.Shuffle4x128(ab, cd, 0x88).AsUInt32().Store(to);
        Avx512F.Shuffle4x128(ab, cd, 0xdd).AsUInt32().Store(to + (4 * Width));
        Avx512F.Shuffle4x128(abHigh, cdHigh, 0x88).AsUInt32().Store(to + (8 * Width));
        Avx512F.Shuffle4x128(abHigh, cdHigh, 0xdd).AsUInt32().Store(to + (12 * Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Row(float* x, int stride, int row) => Vector256.Load(x + (row * stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(Vector256<double> upperRows, Vector256<double> lowerRows, float* y, int column)
    {
        Avx.Permute2x128(upperRows, lowerRows, 0x20).AsSingle().Store(y + (column * Width));
        Avx.Permute2x128(upperRows, lowerRows, 0x31).AsSingle().Store(y + ((column + 4) * Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(RowPlace* rows, int count, int first, int length, float* values)
    {
        for (int row = 0; row < Width; row++)
        {
            var to = new Span<float>(values + (row * Block), Block);
            if (row >= count)
            {
                to.Clear();
                continue;
            }
            SafetensorsTypes.ToSingles(rows[row].Type, rows[row].Start + ((long)first * rows[row].ElementBytes), to[..length]);
            to[length..].Clear();
        }
    }

    // An exponent of all ones is an infinity or no number.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsFinite(float* values)
    {
        Vector256<uint> magnitude = Vector256.Create(0x7fffffffu), a = Vector256<uint>.Zero, b = a, c = a, d = a;
        for (int i = 0; i < Width * Block; i += 32)
        {
            uint* x = (uint*)values + i;
            a = Vector256.Max(a, Vector256.Load(x) & magnitude);
            b = Vector256.Max(b, Vector256.Load(x + 8) & magnitude);
            c = Vector256.Max(c, Vector256.Load(x + 16) & magnitude);
            d = Vector256.Max(d, Vector256.Load(x + 24) & magnitude);
        }
        return Vector256.LessThanAll(Vector256.Max(Vector256.Max(a, b), Vector256.Max(c, d)), Vector256.Create(0x7f800000u));
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Tensors.Quantization;

/// <summary>Strips of 8-bit weights: whole numbers -127..127 stored with 128 added, so that a product of unsigned by signed bytes needs no care for signs.</summary>
internal static unsafe class Int8Strips
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block;

    /// <summary>Packs a block; the scale of a row is its largest magnitude divided by 127.</summary>
    /// <param name="values">[16, 128].</param>
    /// <param name="scratch">As many bytes.</param>
    /// <param name="to"><see cref="PackedLayout.Int8BlockBytes"/> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackBlock(float* values, byte* scratch, byte* to)
    {
        float* scales = (float*)(to + (Width * Block));
        for (int row = 0; row < Width; row++)
            scales[row] = PackRow(values + (row * Block), scratch + (row * Block));
        for (int step = 0; step < Block / 4; step += Width)
            StripBlock.Transpose((uint*)scratch + step, Block / 4, (uint*)to + (step * Width));
    }

    /// <summary>One row as float32.</summary>
    public static void ReadLane(byte* strip, int lane, int columns, float* values)
    {
        for (int k = 0; k < columns; k++)
        {
            byte* bytes = strip + ((long)(k / Block) * PackedLayout.Int8BlockBytes);
            int inside = k % Block;
            int code = bytes[(inside / 4 * 4 * Width) + (4 * lane) + (inside % 4)] - PackedLayout.Int8Offset;
            values[k] = code * ((float*)(bytes + (Width * Block)))[lane];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PackRow(float* row, byte* bytes)
    {
        Vector256<float> even = Vector256<float>.Zero, odd = even;
        for (int i = 0; i < Block; i += 16)
        {
            even = Vector256.MaxNative(even, Vector256.Abs(Vector256.Load(row + i)));
            odd = Vector256.MaxNative(odd, Vector256.Abs(Vector256.Load(row + i + 8)));
        }
        var largest = Vector256.MaxNative(even, odd);
        var half = Vector128.MaxNative(largest.GetLower(), largest.GetUpper());
        half = Vector128.MaxNative(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
        float most = MathF.Max(half[0], half[1]);
        var inverse = Vector256.Create(most < ScaleLimits.Least ? 0 : 127 / most);
        var offset = Vector256.Create(PackedLayout.Int8Offset);
        for (int i = 0; i < Block; i += 32)
        {
            Vector256<int> a = Whole(row + i, inverse) + offset, b = Whole(row + i + 8, inverse) + offset, c = Whole(row + i + 16, inverse) + offset, d = Whole(row + i + 24, inverse) + offset;
            Vector256.Narrow(Vector256.Narrow(a, b).AsUInt16(), Vector256.Narrow(c, d).AsUInt16()).Store(bytes + i);
        }
        return most < ScaleLimits.Least ? 0 : most / 127;
    }

    // Magnitudes of at most 127, rounded before: the plain conversion is right.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Whole(float* x, Vector256<float> inverse) => Vector256.ConvertToInt32Native(Vector256.Round(Vector256.Load(x) * inverse));
}

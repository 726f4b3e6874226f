using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Tensors.Quantization;

/// <summary>Strips of 8-bit weights: whole numbers -127..127 stored with 128 added, so that a product of unsigned by signed bytes needs no care for signs.</summary>
internal static unsafe class Int8Strips
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block;

    /// <summary>Packs up to sixteen rows; the scale of a block is its largest magnitude divided by 127.</summary>
    public static void Pack(float* weights, int rows, int columns, byte* strip)
    {
        float* row = stackalloc float[Block];
        for (int block = 0; block < PackedLayout.Blocks(columns); block++)
        {
            byte* bytes = strip + ((long)block * PackedLayout.Int8BlockBytes);
            float* scales = (float*)(bytes + (Width * Block));
            int first = block * Block, count = Math.Min(Block, columns - first);
            for (int lane = 0; lane < Width; lane++)
            {
                new Span<float>(row, Block).Clear();
                if (lane < rows)
                    new ReadOnlySpan<float>(weights + ((long)lane * columns) + first, count).CopyTo(new Span<float>(row, count));
                scales[lane] = PackLane(row, (uint*)bytes + lane);
            }
        }
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float PackLane(float* row, uint* steps)
    {
        var largest = Vector256<float>.Zero;
        for (int i = 0; i < Block; i += 8)
            largest = Vector256.Max(largest, Vector256.Abs(Vector256.Load(row + i)));
        float most = 0;
        for (int i = 0; i < 8; i++)
            most = MathF.Max(most, largest[i]);
        float inverse = most < Tiny ? 0 : 127 / most;
        byte* bytes = stackalloc byte[Block];
        var offset = Vector256.Create(PackedLayout.Int8Offset);
        for (int i = 0; i < Block; i += 32)
        {
            Vector256<int> a = Whole(row + i, inverse) + offset, b = Whole(row + i + 8, inverse) + offset, c = Whole(row + i + 16, inverse) + offset, d = Whole(row + i + 24, inverse) + offset;
            Vector256.Narrow(Vector256.Narrow(a, b).AsUInt16(), Vector256.Narrow(c, d).AsUInt16()).Store(bytes + i);
        }
        for (int step = 0; step < Block / 4; step++)
            steps[step * Width] = ((uint*)bytes)[step];
        return most < Tiny ? 0 : most / 127;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Whole(float* x, float inverse) => Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(x) * inverse));

    // Below this the inverse of a scale is no longer a normal number.
    private const float Tiny = 1e-35f;
}

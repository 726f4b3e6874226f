using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>Strips of bfloat16: pairs along the sum, so that one 32-bit lane holds two neighbouring weights of one output.</summary>
internal static unsafe class BFloat16Strips
{
    /// <summary>Packs up to sixteen rows, rounding to nearest even.</summary>
    public static void Pack(float* weights, int rows, int columns, byte* strip)
    {
        const int Block = PackedLayout.Block;
        new Span<byte>(strip, (int)PackedLayout.StripBytes(WeightFormat.BFloat16, columns)).Clear();
        ushort* rounded = stackalloc ushort[Block];
        for (int lane = 0; lane < rows; lane++)
        {
            float* row = weights + ((long)lane * columns);
            uint* to = (uint*)strip + lane;
            for (int first = 0; first < columns; first += Block, to += Block / 2 * PackedLayout.StripWidth)
            {
                int count = Math.Min(Block, columns - first);
                new Span<ushort>(rounded, Block).Clear();
                FloatConversion.ToBFloat16(new ReadOnlySpan<float>(row + first, count), new Span<ushort>(rounded, count));
                for (int pair = 0; pair < Block / 2; pair++)
                    to[pair * PackedLayout.StripWidth] = ((uint*)rounded)[pair];
            }
        }
    }

    /// <summary>One row as float32.</summary>
    public static void ReadLane(byte* strip, int lane, int columns, float* values)
    {
        ushort* from = (ushort*)strip + (2 * lane);
        for (int k = 0; k < columns; k++)
            values[k] = BitConverter.UInt32BitsToSingle((uint)from[((k >> 1) * 2 * PackedLayout.StripWidth) + (k & 1)] << 16);
    }
}

using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>Strips of bfloat16: pairs along the sum, so that one 32-bit lane holds two neighbouring weights of one output.</summary>
internal static unsafe class BFloat16Strips
{
    private const int Width = PackedLayout.StripWidth, Block = PackedLayout.Block;

    /// <summary>Packs a block, rounding to nearest even.</summary>
    /// <param name="values">[16, 128].</param>
    /// <param name="scratch">As many bfloat16.</param>
    /// <param name="to"><see cref="PackedLayout.BFloat16BlockBytes"/> bytes.</param>
    public static void PackBlock(float* values, ushort* scratch, byte* to)
    {
        FloatConversion.ToBFloat16(new ReadOnlySpan<float>(values, Width * Block), new Span<ushort>(scratch, Width * Block));
        for (int pair = 0; pair < Block / 2; pair += Width)
            StripBlock.Transpose((uint*)scratch + pair, Block / 2, (uint*)to + (pair * Width));
    }

    /// <summary>One row as float32.</summary>
    public static void ReadLane(byte* strip, int lane, int columns, float* values)
    {
        ushort* from = (ushort*)strip + (2 * lane);
        for (int k = 0; k < columns; k++)
            values[k] = BitConverter.UInt32BitsToSingle((uint)from[((k >> 1) * 2 * PackedLayout.StripWidth) + (k & 1)] << 16);
    }
}

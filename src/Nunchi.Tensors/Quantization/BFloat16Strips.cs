using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>Strips of bfloat16: pairs along the sum, so that one 32-bit lane holds two neighbouring weights of one output.</summary>
internal static unsafe class BFloat16Strips
{
    /// <summary>Packs up to sixteen rows, rounding to nearest even.</summary>
    public static void Pack(float* weights, int rows, int columns, byte* strip)
    {
        const int Width = PackedLayout.StripWidth;
        new Span<byte>(strip, (int)PackedLayout.StripBytes(WeightFormat.BFloat16, columns)).Clear();
        for (int lane = 0; lane < rows; lane++)
        {
            float* row = weights + ((long)lane * columns);
            ushort* to = (ushort*)strip + (2 * lane);
            for (int k = 0; k < columns; k++)
                to[((k >> 1) * 2 * Width) + (k & 1)] = FloatConversion.ToBFloat16(row[k]);
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

using System.Buffers.Binary;

namespace Nunchi.Gguf;

/// <summary>The formats with blocks of 32 values: a half-precision scale (and minimum), then the numbers. Layout: ggml's Q4_0 to Q8_0 and IQ4_NL.</summary>
internal static class SimpleBlocks
{
    private const int Size = 32;

    /// <summary>What a 4-bit place of the IQ4 formats stands for.</summary>
    public static ReadOnlySpan<sbyte> Table => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    public static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    public static void ReadQ8_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = Half(block);
        for (int j = 0; j < Size; j++)
            values[j] = scale * (sbyte)block[2 + j];
    }

    public static void ReadQ4_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = Half(block);
        for (int j = 0; j < Size / 2; j++)
        {
            values[j] = scale * ((block[2 + j] & 15) - 8);
            values[j + 16] = scale * ((block[2 + j] >> 4) - 8);
        }
    }

    public static void ReadQ4_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = Half(block), minimum = Half(block[2..]);
        for (int j = 0; j < Size / 2; j++)
        {
            values[j] = (scale * (block[4 + j] & 15)) + minimum;
            values[j + 16] = (scale * (block[4 + j] >> 4)) + minimum;
        }
    }

    public static void ReadQ5_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = Half(block);
        uint high = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        for (int j = 0; j < Size / 2; j++)
        {
            values[j] = scale * (((block[6 + j] & 15) | HighBit(high, j)) - 16);
            values[j + 16] = scale * (((block[6 + j] >> 4) | HighBit(high, j + 16)) - 16);
        }
    }

    public static void ReadQ5_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = Half(block), minimum = Half(block[2..]);
        uint high = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        for (int j = 0; j < Size / 2; j++)
        {
            values[j] = (scale * ((block[8 + j] & 15) | HighBit(high, j))) + minimum;
            values[j + 16] = (scale * ((block[8 + j] >> 4) | HighBit(high, j + 16))) + minimum;
        }
    }

    public static void ReadIQ4_NL(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = Half(block);
        for (int j = 0; j < Size / 2; j++)
        {
            values[j] = scale * Table[block[2 + j] & 15];
            values[j + 16] = scale * Table[block[2 + j] >> 4];
        }
    }

    /// <summary>Scale: the largest magnitude / 127.</summary>
    public static void WriteQ8_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
            largest = Math.Max(largest, Math.Abs(value));
        float scale = largest / 127, inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (int j = 0; j < Size; j++)
            block[2 + j] = (byte)(sbyte)MathF.Round(values[j] * inverse, MidpointRounding.AwayFromZero);
    }

    /// <summary>Scale: the value of largest magnitude / -8, so that it takes the one place that only one sign has.</summary>
    public static void WriteQ4_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
        {
            if (Math.Abs(value) > Math.Abs(largest))
                largest = value;
        }
        float scale = largest / -8, inverse = scale == 0 ? 0 : 1 / scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, (Half)scale);
        for (int j = 0; j < Size / 2; j++)
            block[2 + j] = (byte)(Place(values[j] * inverse) | (Place(values[j + 16] * inverse) << 4));
    }

    private static int Place(float scaled) => Math.Clamp((int)(scaled + 8.5f), 0, 15);

    private static int HighBit(uint bits, int at) => (int)((bits >> at) & 1) << 4;
}

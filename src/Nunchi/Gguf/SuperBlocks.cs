using System.Buffers.Binary;

namespace Nunchi.Gguf;

/// <summary>Reads the formats with blocks of 256 values and scales of their own inside. Layout: ggml's Q2_K to Q6_K and IQ4_XS.</summary>
internal static class SuperBlocks
{
    public const int Size = 256;

    /// <summary>16 scales and minima of 4 bits, 64 bytes of 2-bit numbers, scale, scale of minima.</summary>
    public static void ReadQ2_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SimpleBlocks.Half(block[80..]), minimumScale = SimpleBlocks.Half(block[82..]);
        for (int i = 0; i < Size; i++)
        {
            byte pair = block[i / 16];
            int number = (block[16 + Byte(i)] >> (2 * Quarter(i))) & 3;
            values[i] = (scale * (pair & 15) * number) - (minimumScale * (pair >> 4));
        }
    }

    /// <summary>32 bytes of high bits, 64 bytes of 2-bit numbers, 16 scales of 6 bits in 12 bytes, scale.</summary>
    public static void ReadQ3_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SimpleBlocks.Half(block[108..]);
        ReadOnlySpan<byte> scales = block.Slice(96, 12);
        for (int i = 0; i < Size; i++)
        {
            int j = i / 16;
            int low = j < 8 ? scales[j] & 15 : scales[j - 8] >> 4;
            int high = (scales[8 + (j % 4)] >> (2 * (j / 4))) & 3;
            int number = (block[32 + Byte(i)] >> (2 * Quarter(i))) & 3;
            int bit = (block[i % 32] >> (i / 32)) & 1;
            values[i] = scale * ((low | (high << 4)) - 32) * (number - (bit == 0 ? 4 : 0));
        }
    }

    /// <summary>Scale, scale of minima, 8 pairs of 6 bits in 12 bytes, 128 bytes of 4-bit numbers.</summary>
    public static void ReadQ4_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SimpleBlocks.Half(block), minimumScale = SimpleBlocks.Half(block[2..]);
        for (int j = 0; j < 8; j++)
        {
            var (step, minimum) = Pair(block.Slice(4, 12), j);
            float times = scale * step, minus = minimumScale * minimum;
            for (int l = 0; l < 32; l++)
                values[(j * 32) + l] = (times * ((block[16 + (j / 2 * 32) + l] >> (4 * (j % 2))) & 15)) - minus;
        }
    }

    /// <summary>Scale, scale of minima, 8 pairs of 6 bits in 12 bytes, 32 bytes of high bits, 128 bytes of 4-bit numbers.</summary>
    public static void ReadQ5_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SimpleBlocks.Half(block), minimumScale = SimpleBlocks.Half(block[2..]);
        for (int j = 0; j < 8; j++)
        {
            var (step, minimum) = Pair(block.Slice(4, 12), j);
            float times = scale * step, minus = minimumScale * minimum;
            for (int l = 0; l < 32; l++)
            {
                int number = ((block[48 + (j / 2 * 32) + l] >> (4 * (j % 2))) & 15) | (((block[16 + l] >> j) & 1) << 4);
                values[(j * 32) + l] = (times * number) - minus;
            }
        }
    }

    /// <summary>128 bytes of low 4 bits, 64 bytes of high 2 bits, 16 signed scales, scale.</summary>
    public static void ReadQ6_K(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SimpleBlocks.Half(block[208..]);
        for (int half = 0; half < 2; half++)
        {
            for (int k = 0; k < 4; k++)
            {
                for (int l = 0; l < 32; l++)
                {
                    int low = (block[(half * 64) + (k % 2 * 32) + l] >> (4 * (k / 2))) & 15;
                    int high = (block[128 + (half * 32) + l] >> (2 * k)) & 3;
                    float times = scale * (sbyte)block[192 + (half * 8) + (2 * k) + (l / 16)];
                    values[(half * 128) + (k * 32) + l] = times * ((low | (high << 4)) - 32);
                }
            }
        }
    }

    /// <summary>Scale, high 2 bits of 8 scales, their low 4 bits, 128 bytes of 4-bit places in a table.</summary>
    public static void ReadIQ4_XS(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SimpleBlocks.Half(block);
        int highs = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        for (int j = 0; j < 8; j++)
        {
            int low = (block[4 + (j / 2)] >> (4 * (j % 2))) & 15, high = (highs >> (2 * j)) & 3;
            float times = scale * ((low | (high << 4)) - 32);
            for (int l = 0; l < 16; l++)
            {
                byte two = block[8 + (j * 16) + l];
                values[(j * 32) + l] = times * SimpleBlocks.Table[two & 15];
                values[(j * 32) + l + 16] = times * SimpleBlocks.Table[two >> 4];
            }
        }
    }

    /// <summary>The scale and minimum of a group of 32, 6 bits each, as Q4_K and Q5_K pack them.</summary>
    public static (int Scale, int Minimum) Pair(ReadOnlySpan<byte> packed, int group) => group < 4
        ? (packed[group] & 63, packed[group + 4] & 63)
        : ((packed[group + 4] & 15) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));

    // 2-bit numbers: the byte and the pair of bits in which a value's number lies.
    private static int Byte(int value) => (value / 128 * 32) + (value % 32);

    private static int Quarter(int value) => value / 32 % 4;
}

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Where the weights of a packed matrix lie. Sixteen outputs make a strip, one lane of a 512-bit register each; along the sum a strip is cut into blocks of 128 and groups of 32.
/// Everything of a strip lies together, in the order in which a product reads it. What lies beyond the matrix is zeros.
/// </summary>
internal static class PackedLayout
{
    /// <summary>Outputs in a strip.</summary>
    public const int StripWidth = 16;

    /// <summary>Weights along the sum that share a floating-point scale, and activations that share one.</summary>
    public const int Block = 128;

    /// <summary>Weights along the sum that share a whole-number scale in <see cref="WeightFormat.Int6"/> and <see cref="WeightFormat.Int4"/>.</summary>
    public const int Group = 32;

    /// <summary>Groups in a block.</summary>
    public const int GroupsPerBlock = Block / Group;

    /// <summary>Added to 8-bit weights so that they are stored unsigned.</summary>
    public const int Int8Offset = 128;

    /// <summary>A block of a strip in 8 bits: [32 steps of four][16 outputs][4], then 16 float32 scales.</summary>
    public const int Int8BlockBytes = (StripWidth * Block) + (StripWidth * sizeof(float));

    /// <summary>The codes of a block of a strip in 4 bits: [16 pairs of steps of four][16 outputs][4], the even step in the low half of a byte.</summary>
    public const int Int4CodeBytes = StripWidth * Block / 2;

    /// <summary>
    /// The codes of a block of a strip in 6 bits, for each group [4 pairs of steps of four][16 outputs][4] lower four bits, as in 4 bits, then [2 halves of the group][16 outputs][4]
    /// upper two bits of four steps, the first step in the lowest.
    /// </summary>
    public const int Int6CodeBytes = StripWidth * Block * 6 / 8;

    /// <summary>The scales of a block of a strip in 6 or 4 bits, behind the codes of all blocks: [4 groups][16] signed bytes, then 16 bfloat16.</summary>
    public const int GroupScaleBytes = (GroupsPerBlock * StripWidth) + (StripWidth * sizeof(ushort));

    /// <summary>A block of a strip in bfloat16: [64 pairs][16 outputs][2].</summary>
    public const int BFloat16BlockBytes = StripWidth * Block * sizeof(ushort);

    /// <summary>Whether groups of <see cref="Group"/> have scales of their own.</summary>
    public static bool HasGroups(WeightFormat format) => format is WeightFormat.Int6 or WeightFormat.Int4;

    /// <summary>The codes of a block of a strip in a format with groups.</summary>
    public static int CodeBytes(WeightFormat format) => format == WeightFormat.Int6 ? Int6CodeBytes : Int4CodeBytes;

    /// <summary>Strips of a matrix with that many outputs.</summary>
    public static int Strips(int rows) => (rows + StripWidth - 1) / StripWidth;

    /// <summary>Blocks of a sum of that length.</summary>
    public static int Blocks(int columns) => (columns + Block - 1) / Block;

    /// <summary>Bytes of a strip, a multiple of 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is not packed.</exception>
    public static long StripBytes(WeightFormat format, int columns)
    {
        long blocks = Blocks(columns);
        return format switch
        {
            WeightFormat.BFloat16 => blocks * BFloat16BlockBytes,
            WeightFormat.Int8 => blocks * Int8BlockBytes,
            WeightFormat.Int6 or WeightFormat.Int4 => ((blocks * (CodeBytes(format) + GroupScaleBytes)) + 63) / 64 * 64,
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Only bf16, int8, int6 and int4 are packed formats."),
        };
    }

    /// <summary>Bytes of a matrix [rows, columns].</summary>
    public static long Bytes(WeightFormat format, int rows, int columns) => checked(Strips(rows) * StripBytes(format, columns));
}

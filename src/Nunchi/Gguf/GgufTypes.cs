namespace Nunchi.Gguf;

/// <summary>Sizes of the tensor types that can be read.</summary>
internal static class GgufTypes
{
    private static readonly Dictionary<GgufTensorType, (int Values, int Bytes)> Blocks = new()
    {
        [GgufTensorType.F32] = (1, 4),
        [GgufTensorType.F16] = (1, 2),
        [GgufTensorType.BF16] = (1, 2),
        [GgufTensorType.Q4_0] = (32, 18),
        [GgufTensorType.Q4_1] = (32, 20),
        [GgufTensorType.Q5_0] = (32, 22),
        [GgufTensorType.Q5_1] = (32, 24),
        [GgufTensorType.Q8_0] = (32, 34),
        [GgufTensorType.Q2_K] = (256, 84),
        [GgufTensorType.Q3_K] = (256, 110),
        [GgufTensorType.Q4_K] = (256, 144),
        [GgufTensorType.Q5_K] = (256, 176),
        [GgufTensorType.Q6_K] = (256, 210),
        [GgufTensorType.IQ4_NL] = (32, 18),
        [GgufTensorType.IQ4_XS] = (256, 136),
    };

    /// <summary>Values of a block.</summary>
    public static int BlockValues(GgufTensorType type) => Blocks[type].Values;

    /// <summary>Bytes of a block.</summary>
    public static int BlockBytes(GgufTensorType type) => Blocks[type].Bytes;

    public static bool IsKnown(GgufTensorType type) => Blocks.ContainsKey(type);

    public static string Names => string.Join(", ", Blocks.Keys);

    /// <summary>Bytes of a row of so many values, which must be a multiple of the block.</summary>
    public static long RowBytes(GgufTensorType type, long columns) => columns / BlockValues(type) * BlockBytes(type);
}

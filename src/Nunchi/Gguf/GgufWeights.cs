namespace Nunchi.Gguf;

/// <summary>What the matrices of an exported model become.</summary>
public enum GgufWeights
{
    /// <summary>32-bit floats: nothing is lost.</summary>
    F32,

    /// <summary>Half precision; values beyond 65504 are an error.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>8 bits, blocks of 32: 8.5 bits a weight.</summary>
    Q8_0,

    /// <summary>4 bits, blocks of 32: 4.5 bits a weight.</summary>
    Q4_0,

    /// <summary>4 bits, blocks of 256 with better scales: 4.5 bits a weight.</summary>
    Q4_K,

    /// <summary>6 bits, blocks of 256: 6.6 bits a weight.</summary>
    Q6_K,
}

/// <summary>Which type each tensor gets.</summary>
internal static class GgufWeightTypes
{
    /// <summary>
    /// The type of a text tensor: vectors stay F32; a matrix whose rows are no multiple of 256 gets Q8_0 in place of a K type, and F16 when they are no multiple of 32.
    /// The head of a 4-bit model (or the embedding that serves as head) gets Q6_K, as in llama.cpp, because errors there go straight into the logits.
    /// </summary>
    public static GgufTensorType OfText(GgufWeights weights, IReadOnlyList<long> shape, bool isHead)
    {
        if (shape.Count == 1)
            return GgufTensorType.F32;
        GgufTensorType wanted = isHead && (weights is GgufWeights.Q4_0 or GgufWeights.Q4_K) ? GgufTensorType.Q6_K : Of(weights);
        return Fitting(wanted, shape[^1]);
    }

    /// <summary>
    /// The type of an encoder's or projector's tensor: vectors, class token and positions stay F32, the patch convolution is F16 or F32. A K type or 4 bits become F16: encoders
    /// suffer more and are small.
    /// </summary>
    public static GgufTensorType OfVision(GgufWeights weights, string name, IReadOnlyList<long> shape)
    {
        if (shape.Count == 1 || name == "v.position_embd.weight")
            return GgufTensorType.F32;
        GgufTensorType wanted = weights is GgufWeights.F32 or GgufWeights.BF16 or GgufWeights.Q8_0 ? Of(weights) : GgufTensorType.F16;
        if (name == "v.patch_embd.weight")
            return wanted == GgufTensorType.F32 ? GgufTensorType.F32 : GgufTensorType.F16;
        return Fitting(wanted, shape[^1]);
    }

    /// <summary>llama.cpp's number for a file whose matrices are mostly of that type.</summary>
    public static int FileType(GgufWeights weights) => weights switch
    {
        GgufWeights.F32 => 0,
        GgufWeights.F16 => 1,
        GgufWeights.Q4_0 => 2,
        GgufWeights.Q8_0 => 7,
        GgufWeights.Q4_K => 14,
        GgufWeights.Q6_K => 18,
        _ => 32,
    };

    public static GgufTensorType Of(GgufWeights weights) => weights switch
    {
        GgufWeights.F32 => GgufTensorType.F32,
        GgufWeights.F16 => GgufTensorType.F16,
        GgufWeights.BF16 => GgufTensorType.BF16,
        GgufWeights.Q8_0 => GgufTensorType.Q8_0,
        GgufWeights.Q4_0 => GgufTensorType.Q4_0,
        GgufWeights.Q4_K => GgufTensorType.Q4_K,
        _ => GgufTensorType.Q6_K,
    };

    private static GgufTensorType Fitting(GgufTensorType wanted, long columns)
    {
        if (columns % GgufTypes.BlockValues(wanted) == 0)
            return wanted;
        return columns % GgufTypes.BlockValues(GgufTensorType.Q8_0) == 0 ? GgufTensorType.Q8_0 : GgufTensorType.F16;
    }
}

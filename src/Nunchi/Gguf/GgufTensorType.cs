namespace Nunchi.Gguf;

/// <summary>How a GGUF tensor's numbers are stored. The values are the format's own.</summary>
public enum GgufTensorType
{
    /// <summary>32-bit float.</summary>
    F32 = 0,

    /// <summary>IEEE half precision.</summary>
    F16 = 1,

    /// <summary>Blocks of 32: a scale and 4-bit numbers.</summary>
    Q4_0 = 2,

    /// <summary>Blocks of 32: a scale, a minimum and 4-bit numbers.</summary>
    Q4_1 = 3,

    /// <summary>Blocks of 32: a scale and 5-bit numbers.</summary>
    Q5_0 = 6,

    /// <summary>Blocks of 32: a scale, a minimum and 5-bit numbers.</summary>
    Q5_1 = 7,

    /// <summary>Blocks of 32: a scale and 8-bit numbers.</summary>
    Q8_0 = 8,

    /// <summary>Blocks of 256 with 16 scales and minima: 2-bit numbers.</summary>
    Q2_K = 10,

    /// <summary>Blocks of 256 with 16 scales: 3-bit numbers.</summary>
    Q3_K = 11,

    /// <summary>Blocks of 256 with 8 scales and minima: 4-bit numbers.</summary>
    Q4_K = 12,

    /// <summary>Blocks of 256 with 8 scales and minima: 5-bit numbers.</summary>
    Q5_K = 13,

    /// <summary>Blocks of 256 with 16 scales: 6-bit numbers.</summary>
    Q6_K = 14,

    /// <summary>Blocks of 32: a scale and 4-bit places in a table.</summary>
    IQ4_NL = 20,

    /// <summary>Blocks of 256 with 8 scales: 4-bit places in a table.</summary>
    IQ4_XS = 23,

    /// <summary>bfloat16.</summary>
    BF16 = 30,
}

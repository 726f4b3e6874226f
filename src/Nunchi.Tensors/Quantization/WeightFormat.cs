namespace Nunchi.Tensors.Quantization;

/// <summary>How a matrix of weights lies in memory for answering. Training always uses float32.</summary>
public enum WeightFormat
{
    /// <summary>32 bits a weight, as trained.</summary>
    Float32,

    /// <summary>16 bits a weight: rounded to bfloat16. Activations are rounded to bfloat16 too; sums are float32.</summary>
    BFloat16,

    /// <summary>8.25 bits a weight: whole numbers -127..127 with a float32 scale for each 128 along the sum.</summary>
    Int8,

    /// <summary>6.375 bits a weight: whole numbers -31..31, a whole-number scale for each 32 and a bfloat16 scale for each 128 along the sum. Products of many rows are faster than with 8 bits where there is no VNNI.</summary>
    Int6,

    /// <summary>4.375 bits a weight: 16 levels of <see cref="Int4Codebook"/>, a whole-number scale for each 32 and a bfloat16 scale for each 128 along the sum.</summary>
    Int4,
}

namespace Nunchi.Tensors.Cpu;

/// <summary>What large matrix products compute with; sums are float32 either way.</summary>
public enum ProductPrecision
{
    /// <summary>Operands as they are.</summary>
    Float32,

    /// <summary>Operands rounded to bfloat16 (nearest even): about twice as fast where the processor has AVX-512 BF16, for training.</summary>
    BFloat16,
}

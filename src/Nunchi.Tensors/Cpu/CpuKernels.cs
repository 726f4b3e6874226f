namespace Nunchi.Tensors.Cpu;

/// <summary>Which vector instructions the processor backend uses.</summary>
public enum CpuKernels
{
    /// <summary>The widest set that this machine has.</summary>
    Auto,

    /// <summary>AVX-512: 512-bit registers, 32 of them.</summary>
    Avx512,

    /// <summary>AVX2 with fused multiply-add: 256-bit registers, 16 of them.</summary>
    Avx2,

    /// <summary>128-bit vectors that every .NET target offers.</summary>
    Portable,
}

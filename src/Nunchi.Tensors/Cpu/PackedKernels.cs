namespace Nunchi.Tensors.Cpu;

/// <summary>Which instructions multiply packed weights (8 and 4 bits; bfloat16 follows <see cref="CpuKernels"/>).</summary>
public enum PackedKernels
{
    /// <summary>The fastest that this machine has and that <see cref="CpuOptions.Kernels"/> allows.</summary>
    Auto,

    /// <summary>AVX-512 VNNI, as machine code.</summary>
    Avx512Vnni,

    /// <summary>AVX-VNNI in 256-bit registers.</summary>
    AvxVnni,

    /// <summary>AVX2: sums of pairs in 16 bits.</summary>
    Avx2,

    /// <summary>Plain loops, for any processor. Slow.</summary>
    Portable,
}

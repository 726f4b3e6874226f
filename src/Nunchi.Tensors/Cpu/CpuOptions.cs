namespace Nunchi.Tensors.Cpu;

/// <summary>How a <see cref="CpuBackend"/> runs.</summary>
public sealed record CpuOptions
{
    /// <summary>Threads that compute, the caller included; 0 takes <see cref="Environment.ProcessorCount"/> (which respects container limits). At most 256.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Instruction set. <see cref="CpuKernels.Auto"/> asks the environment variable NUNCHI_KERNELS (auto, avx512, avx2, portable) and then the machine.
    /// </summary>
    public CpuKernels Kernels { get; init; } = CpuKernels.Auto;

    /// <summary>
    /// Instructions for packed weights. <see cref="PackedKernels.Auto"/> asks the environment variable NUNCHI_PACKED_KERNELS (auto, avx512-vnni, avx-vnni, avx2, portable), then the machine,
    /// staying within <see cref="Kernels"/>.
    /// </summary>
    public PackedKernels PackedKernels { get; init; } = PackedKernels.Auto;

    /// <summary>
    /// How long an idle worker spins before it sleeps, in microseconds, 0 to 100,000. Longer saves wake-ups between calls that follow each other closely; shorter gives
    /// the processor back sooner.
    /// </summary>
    public int SpinMicroseconds { get; init; } = 100;

    /// <summary>
    /// What large matrix products compute with. <see cref="ProductPrecision.BFloat16"/> needs AVX-512 BF16 (see <see cref="CpuBackend.SupportsBFloat16"/>); small products stay float32,
    /// so a row's bits may then depend on the number of rows.
    /// </summary>
    public ProductPrecision Precision { get; init; } = ProductPrecision.Float32;

    internal CpuOptions Validate()
    {
        if (!Enum.IsDefined(Precision)) throw new ArgumentOutOfRangeException(nameof(Precision), Precision, "Precision must be Float32 or BFloat16.");
        if (Threads is < 0 or > 256) throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "Threads must be 0 (one per processor) to 256.");
        if (SpinMicroseconds is < 0 or > 100_000)
            throw new ArgumentOutOfRangeException(nameof(SpinMicroseconds), SpinMicroseconds, "SpinMicroseconds must be 0 to 100,000.");
        if (!Enum.IsDefined(Kernels)) throw new ArgumentOutOfRangeException(nameof(Kernels), Kernels, "Kernels must be Auto, Avx512, Avx2 or Portable.");
        if (!Enum.IsDefined(PackedKernels)) throw new ArgumentOutOfRangeException(nameof(PackedKernels), PackedKernels, "PackedKernels must be Auto, Avx512Vnni, AvxVnni, Avx2 or Portable.");
        return this;
    }
}

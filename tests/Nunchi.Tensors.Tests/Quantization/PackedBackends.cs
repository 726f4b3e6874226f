using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors.Tests.Quantization;

/// <summary>Backends for packed products: every set of instructions of this machine, kept for the whole run.</summary>
internal static class PackedBackends
{
    private static readonly Dictionary<(PackedKernels Kernels, int Threads), CpuBackend> Made = [];

    public static TheoryData<PackedKernels, WeightFormat> KernelsAndFormats()
    {
        var data = new TheoryData<PackedKernels, WeightFormat>();
        foreach (PackedKernels kernels in (PackedKernels[])[PackedKernels.Avx512Vnni, PackedKernels.AvxVnni, PackedKernels.Avx2, PackedKernels.Portable])
        {
            if (!CpuBackend.IsSupported(kernels))
                continue;
            foreach (WeightFormat format in (WeightFormat[])[WeightFormat.BFloat16, WeightFormat.Int8, WeightFormat.Int6, WeightFormat.Int4])
                data.Add(kernels, format);
        }
        return data;
    }

    public static CpuBackend Get(PackedKernels kernels, int threads = 2)
    {
        lock (Made)
        {
            if (Made.TryGetValue((kernels, threads), out CpuBackend? backend))
                return backend;
            CpuKernels vectors = kernels switch
            {
                PackedKernels.Avx512Vnni => CpuKernels.Avx512,
                PackedKernels.Portable => CpuKernels.Portable,
                _ => CpuKernels.Avx2,
            };
            backend = CpuBackend.Create(new CpuOptions { Kernels = vectors, PackedKernels = kernels, Threads = threads });
            Made.Add((kernels, threads), backend);
            TestContext.Current.SendDiagnosticMessage($"exercised: {backend.Name}, {backend.PackedName}");
            return backend;
        }
    }
}

using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Cpu;

/// <summary>The backends under test: every instruction set of this machine with one, two and three threads, kept for the whole run.</summary>
internal static class Backends
{
    private static readonly Dictionary<(CpuKernels Kernels, int Threads), CpuBackend> Made = [];

    public static ComputeBackend Reference { get; } = new ReferenceBackend();

    public static TheoryData<CpuKernels> Kernels()
    {
        var data = new TheoryData<CpuKernels>();
        foreach (var kernels in new[] { CpuKernels.Avx512, CpuKernels.Avx2, CpuKernels.Portable })
        {
            if (CpuBackend.IsSupported(kernels)) data.Add(kernels);
        }
        return data;
    }

    public static CpuBackend Get(CpuKernels kernels, int threads = 2)
    {
        lock (Made)
        {
            if (!Made.TryGetValue((kernels, threads), out var backend))
            {
                backend = CpuBackend.Create(new CpuOptions { Kernels = kernels, Threads = threads });
                Made.Add((kernels, threads), backend);
            }
            return backend;
        }
    }
}

using BenchmarkDotNet.Attributes;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Benchmarks;

/// <summary>Products of training (forward, input gradient, weight gradient) and of decoding.</summary>
[MemoryDiagnoser]
[InProcess]
public unsafe class MatMulBenchmarks
{
    private CpuBackend backend = null!;
    private float* a;
    private float* b;
    private float* c;

    [Params(CpuKernels.Avx512, CpuKernels.Avx2)]
    public CpuKernels Kernels { get; set; }

    [Params("NT 3328 1408 256", "NN 3328 256 1408", "TN 1408 256 3328", "NT 1 8192 384")]
    public string Shape { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        backend = CpuBackend.Create(new CpuOptions { Kernels = Kernels });
        var (_, m, n, k) = Parse();
        a = backend.Allocate((long)m * k);
        b = backend.Allocate((long)n * k);
        c = backend.Allocate((long)m * n);
        MatMulShapes.Fill(a, (long)m * k);
        MatMulShapes.Fill(b, (long)n * k);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        backend.Free(a);
        backend.Free(b);
        backend.Free(c);
        backend.Dispose();
    }

    [Benchmark]
    public void MatMul()
    {
        var (form, m, n, k) = Parse();
        bool ta = form[0] == 'T', tb = form[1] == 'T';
        backend.MatMul(ta, tb, m, n, k, a, ta ? m : k, b, tb ? k : n, c, n, false, null);
    }

    private (string Form, int M, int N, int K) Parse()
    {
        var parts = Shape.Split(' ');
        return (parts[0], int.Parse(parts[1]), int.Parse(parts[2]), int.Parse(parts[3]));
    }
}

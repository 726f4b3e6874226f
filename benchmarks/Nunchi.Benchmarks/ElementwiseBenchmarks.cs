using BenchmarkDotNet.Attributes;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Benchmarks;

/// <summary>Operations that memory bounds: 3,328 rows as in a training step.</summary>
[InProcess]
public unsafe class ElementwiseBenchmarks
{
    private const int Rows = 3328;
    private const int Width = 256;
    private const int Hidden = 704;
    private CpuBackend backend = null!;
    private float* x;
    private float* y;
    private float* z;
    private float* weight;

    [GlobalSetup]
    public void Setup()
    {
        backend = CpuBackend.Create();
        x = New(2L * Rows * Hidden);
        y = New(2L * Rows * Hidden);
        z = New(2L * Rows * Hidden);
        weight = New(2L * Rows * Hidden);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        backend.Free(x);
        backend.Free(y);
        backend.Free(z);
        backend.Free(weight);
        backend.Dispose();
    }

    [Benchmark]
    public void Copy() => backend.Copy(x, y, (long)Rows * Hidden);

    [Benchmark]
    public void GeluTanh() => backend.Gelu(x, y, (long)Rows * Hidden, true);

    [Benchmark]
    public void GeluErf() => backend.Gelu(x, y, (long)Rows * Hidden, false);

    [Benchmark]
    public void SwiGlu() => backend.SwiGlu(x, y, Rows, Hidden);

    [Benchmark]
    public void SwiGluBackward() => backend.SwiGluBackward(y, x, z, Rows, Hidden);

    [Benchmark]
    public void RmsNorm() => backend.RmsNorm(x, weight, y, z, Rows, Width, 1e-6f);

    [Benchmark]
    public void RmsNormBackward() => backend.RmsNormBackward(y, x, weight, weight, z, true, weight + Width, Rows, Width);

    [Benchmark]
    public void AdamW() => backend.AdamW(x, y, z, weight, (long)Rows * Hidden, new AdamWArguments(1e-6f, 0.9f, 0.95f, 1e-8f, 0.1f, 3, 1));

    [Benchmark]
    public double SumOfSquares() => backend.SumOfSquares(x, (long)Rows * Hidden);

    private float* New(long count)
    {
        var block = backend.Allocate(count);
        MatMulShapes.Fill(block, count);
        for (long i = 0; i < count; i++) block[i] = MathF.Abs(block[i]) + 0.01f;
        return block;
    }
}

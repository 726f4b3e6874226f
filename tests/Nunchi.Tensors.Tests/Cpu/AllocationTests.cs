using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Cpu;

[Collection(CpuCollection.Name)]
public unsafe class AllocationTests
{
    public static TheoryData<CpuKernels> Kernels => Backends.Kernels();

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Calls_AfterTheFirst_AllocateNothingOnTheManagedHeap(CpuKernels kernels)
    {
        var backend = Backends.Get(kernels);
        using var attention = new AttentionCase(1, 4, 2, 32, [40, 30], [40, 30], true, 1);
        using var memory = new GuardedMemory(new Random(2), 200_000);
        var p = memory.Pointer;
        var indices = stackalloc int[64];
        for (var i = 0; i < 64; i++) indices[i] = i % 7;
        var index = indices;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            backend.MatMul(false, true, 100, 90, 80, p, 80, p + 20_000, 80, p + 40_000, 90, false, null);
            backend.MatMul(true, false, 100, 90, 80, p, 100, p + 20_000, 90, p + 40_000, 90, true, null);
            backend.MatMul(false, true, 3, 90, 80, p, 80, p + 20_000, 80, p + 40_000, 90, false, null);
            attention.Run(backend);
            backend.LayerNorm(p, p, p + 100, p + 20_000, p + 40_000, p + 41_000, 100, 64, 1e-5f);
            backend.LayerNormBackward(p, p + 20_000, p, p + 40_000, p + 41_000, p + 50_000, true, p + 60_000, p + 61_000, 100, 64);
            backend.RmsNormBackward(p, p + 20_000, p, p + 41_000, p + 50_000, true, p + 60_000, 100, 64);
            backend.Gelu(p, p + 100_000, 50_000, true);
            backend.SwiGlu(p, p + 100_000, 100, 64);
            backend.CrossEntropy(p, 1000, index, p + 150_000, p + 100_000, 40, 1000, 1);
            backend.ScatterAddRows(p, index, p + 100_000, 64, 128);
            backend.Bilinear(p, p + 100_000, 9, 9, 20, 20, 64);
            backend.SumOfSquares(p, 150_000);
            backend.AdamW(p, p + 50_000, p + 100_000, p + 150_000, 50_000, new AdamWArguments(1e-3f, 0.9f, 0.99f, 1e-8f, 0, 1, 1));
            var used = GC.GetAllocatedBytesForCurrentThread() - before;
            if (round > 0) Assert.Equal(0, used);
        }
    }
}

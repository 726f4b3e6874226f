using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;

namespace Nunchi.Tensors.Tests.Cpu;

/// <summary>Attention of encoders with operands rounded to bfloat16.</summary>
public class RoundedAttentionTests
{
    [Theory]
    [InlineData(1, 144, 4, 4, 64)]
    [InlineData(2, 37, 2, 2, 72)]
    [InlineData(1, 16, 4, 2, 20)]
    [InlineData(1, 300, 1, 1, 33)]
    public void Attention_Rounded_StaysNearFloat32WithEqualBitsForAnyThreads(int segments, int rows, int queryHeads, int keyHeads, int size)
    {
        float[] exact = Run(false, 1, segments, rows, queryHeads, keyHeads, size), one = Run(true, 1, segments, rows, queryHeads, keyHeads, size);
        Assert.Equal(one, Run(true, 2, segments, rows, queryHeads, keyHeads, size));
        double error = 0, power = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            error += Math.Pow(exact[i] - one[i], 2);
            power += Math.Pow(exact[i], 2);
        }
        double share = Math.Sqrt(error / power);
        Assert.True(share < 0.01, $"rounded attention differs by {share:0.0000} of its size");
        // Where the processor has no such instruction, nothing is rounded.
        Assert.Equal(CpuBackend.SupportsBFloat16, share > 0);
    }

    private static float[] Run(bool rounded, int threads, int segments, int rows, int queryHeads, int keyHeads, int size)
    {
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = threads });
        backend.RoundsAttention = rounded;
        using var tape = new Tape(backend);
        using var fused = new Tensor(backend, segments * rows, (queryHeads + (2 * keyHeads)) * size);
        var random = new Random(17);
        foreach (ref float value in fused.Span)
            value = (float)((random.NextDouble() * 3) - 1.5);
        using SegmentLayout layout = SegmentLayout.Uniform(segments, rows);
        return Attention.Apply(tape, new HeadColumns(fused, 0), new HeadColumns(fused, queryHeads * size), new HeadColumns(fused, (queryHeads + keyHeads) * size), layout, queryHeads, keyHeads, size, causal: false)
            .Span.ToArray();
    }
}

using BenchmarkDotNet.Attributes;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;

namespace Nunchi.Benchmarks;

/// <summary>Attention of the image encoder (16 pictures of 144 tokens) and of the decoder (16 samples of 208 tokens, one prompt of 900).</summary>
[InProcess]
public unsafe class AttentionBenchmarks
{
    private readonly List<nint> memory = [];
    private CpuBackend backend = null!;
    private AttentionArguments arguments;

    [Params("encoder", "decoder", "prompt")]
    public string Kind { get; set; } = string.Empty;

    [GlobalSetup]
    public void Setup()
    {
        backend = CpuBackend.Create();
        var (segments, length, heads, keyHeads) = Kind switch { "encoder" => (16, 144, 4, 4), "decoder" => (16, 208, 4, 2), _ => (1, 900, 6, 3) };
        const int size = 64;
        var stride = (heads + (2 * keyHeads)) * size;
        var rows = segments * length;
        var mixed = New((long)rows * stride);
        var gradient = New((long)rows * stride);
        var starts = (int*)New(3 * segments + 1);
        for (var s = 0; s <= segments; s++) starts[s] = s * length;
        for (var s = 0; s < segments; s++) (starts[segments + 1 + s], starts[(2 * segments) + 1 + s]) = (s * length, length);
        arguments = new AttentionArguments
        {
            QueryHeads = heads,
            KeyHeads = keyHeads,
            HeadSize = size,
            Segments = segments,
            Causal = Kind != "encoder",
            Scale = 0.125f,
            QueryStarts = starts,
            KeyStarts = starts + segments + 1,
            KeyCounts = starts + (2 * segments) + 1,
            Query = mixed,
            QueryStride = stride,
            Place = new AttentionPlace { Key = mixed + (heads * size), Value = mixed + ((heads + keyHeads) * size) },
            KeyStride = stride,
            ValueStride = stride,
            Output = New((long)rows * heads * size),
            LogSumExp = New((long)rows * heads),
            OutputGradient = New((long)rows * heads * size),
            QueryGradient = gradient,
            KeyGradient = gradient + (heads * size),
            ValueGradient = gradient + ((heads + keyHeads) * size),
        };
        backend.Attention(arguments);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var block in memory) backend.Free((float*)block);
        backend.Dispose();
    }

    [Benchmark]
    public void Forward() => backend.Attention(arguments);

    [Benchmark]
    public void Backward() => backend.AttentionBackward(arguments);

    private float* New(long count)
    {
        var block = backend.Allocate(count);
        MatMulShapes.Fill(block, count);
        memory.Add((nint)block);
        return block;
    }
}

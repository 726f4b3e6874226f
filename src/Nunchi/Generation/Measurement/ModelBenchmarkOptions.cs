using Nunchi.Checkpoints;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Generation.Measurement;

/// <summary>What <see cref="ModelBenchmark"/> measures.</summary>
public sealed record ModelBenchmarkOptions
{
    /// <summary>One of <see cref="ModelShapes.Names"/>.</summary>
    public required string Shape { get; init; }

    /// <summary>How matrices are kept.</summary>
    public WeightChoice Weights { get; init; } = WeightFormat.Int4;

    /// <summary>How keys and values are kept; null: as usual beside these weights.</summary>
    public CacheFormat? Cache { get; init; }

    /// <summary>Worker threads; 0 takes one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Vector instructions.</summary>
    public CpuKernels Kernels { get; init; } = CpuKernels.Auto;

    /// <summary>Works to measure: encode, prefill, decode, draft (a token and a guess of seven), together (a token of each of eight conversations), picture; empty takes all.</summary>
    public IReadOnlyList<string> Works { get; init; } = [];

    /// <summary>Lengths of prompts.</summary>
    public IReadOnlyList<int> Prompts { get; init; } = [128, 512, 2048];

    /// <summary>Tokens before the one that is decoded.</summary>
    public IReadOnlyList<int> Contexts { get; init; } = [0, 512, 4096];

    /// <summary>Time for each measurement in seconds; at least three repetitions are made.</summary>
    public double SecondsEach { get; init; } = 2;
}

using Nunchi.Tensors.Quantization;

namespace Nunchi.Checkpoints;

/// <summary>How far loading has come.</summary>
/// <param name="Bytes">Bytes of weights read.</param>
/// <param name="TotalBytes">Bytes of weights to read.</param>
public readonly record struct LoadProgress(long Bytes, long TotalBytes);

/// <summary>How a checkpoint is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>Threads that read and convert; 0 takes one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Called now and then from any of the threads, one at a time, and at the end.</summary>
    public Action<LoadProgress>? Progress { get; init; }

    /// <summary>A directory with a LoRA adapter that is added to the weights; null for none.</summary>
    public string? Adapter { get; init; }

    /// <summary>How matrices are kept; null: as the directory says, float32 unless it is packed. Only float32 can be trained.</summary>
    public WeightChoice? Weights { get; init; }

    /// <summary>Ends loading early.</summary>
    public CancellationToken Cancellation { get; init; }
}

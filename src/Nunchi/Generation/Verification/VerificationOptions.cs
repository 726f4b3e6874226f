using Nunchi.Tensors.Cpu;

namespace Nunchi.Generation.Verification;

/// <summary>How a checkpoint is compared with reference outputs.</summary>
public sealed record VerificationOptions
{
    /// <summary>Worker threads; 0 takes one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Vector instructions.</summary>
    public CpuKernels Kernels { get; init; } = CpuKernels.Auto;

    /// <summary>Where the pictures are, as <c>NAME.png</c>; null looks for <c>images</c> beside and inside the directory of cases.</summary>
    public string? ImagesDirectory { get; init; }

    /// <summary>Largest difference of normalised pixels.</summary>
    public double PixelTolerance { get; init; } = 1e-6;

    /// <summary>Features and logits may differ by this, plus <see cref="RelativeTolerance"/> times the expected size.</summary>
    public double AbsoluteTolerance { get; init; } = 2e-4;

    /// <summary>See <see cref="AbsoluteTolerance"/>.</summary>
    public double RelativeTolerance { get; init; } = 2e-4;

    /// <summary>Called after each case.</summary>
    public Action<CaseResult>? Checked { get; init; }
}

namespace Nunchi.Models;

/// <summary>How a checkpoint stretches its rotary frequencies beyond the positions it was first trained on.</summary>
public enum RopeScalingKind
{
    /// <summary>All frequencies divided by the factor (Chen et al. 2023).</summary>
    Linear,

    /// <summary>The base grows with sequences longer than <c>max_position_embeddings</c>. Up to there, which is as far as this program goes, nothing changes.</summary>
    Dynamic,

    /// <summary>Slow frequencies divided, fast ones kept, a ramp between; attention sharpened (Peng et al. 2023).</summary>
    Yarn,

    /// <summary>Slow frequencies divided, fast ones kept, smoothed by wave length (Llama 3.1).</summary>
    Llama3,
}

/// <summary>A scaling of rotary frequencies, as <c>rope_parameters</c> or <c>rope_scaling</c> gives it.</summary>
/// <param name="Kind">The method.</param>
/// <param name="Factor">How far positions are stretched, at least 1.</param>
public sealed record RopeScaling(RopeScalingKind Kind, double Factor)
{
    /// <summary>Positions of the first training (yarn, llama3).</summary>
    public int OriginalPositions { get; init; }

    /// <summary>Factor on cosines and sines (yarn); null takes 0.1 ln(factor) + 1.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>Rotations within the original positions from which on a frequency is kept (yarn).</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Rotations up to which a frequency is divided by the whole factor (yarn).</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Whether the ramp begins and ends at whole dimensions (yarn).</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>Original positions divided by this are the wave length from which on a frequency is divided (llama3).</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Original positions divided by this are the wave length up to which a frequency is kept (llama3).</summary>
    public double HighFrequencyFactor { get; init; } = 4;
}

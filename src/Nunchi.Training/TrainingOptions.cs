using Nunchi.Tensors.Backends;

namespace Nunchi.Training;

/// <summary>How a recipe is run.</summary>
public sealed record TrainingOptions
{
    /// <summary>Directory of the run; null for <c>runs/NAME</c> with the recipe's name.</summary>
    public string? RunDirectory { get; init; }

    /// <summary>Go on from the run's last checkpoint. Without it the run's directory must not hold a run.</summary>
    public bool Resume { get; init; }

    /// <summary>Stages to run by name, in the recipe's order; null for all.</summary>
    public IReadOnlyList<string>? Stages { get; init; }

    /// <summary>
    /// Run only so many steps of every stage, at least 2, each with one small evaluation and sheet, to see that a recipe goes through and how long it would take; null to train.
    /// The directory (<c>runs/NAME-rehearsal</c> by default) holds nothing to go on from: the next rehearsal takes its place.
    /// </summary>
    public int? RehearsalSteps { get; init; }

    /// <summary>Told how long a stage would take, after its part of a rehearsal.</summary>
    public Action<StageEstimate>? Estimated { get; init; }

    /// <summary>Where lines for people go; null for standard output.</summary>
    public TextWriter? Console { get; init; }

    /// <summary>Makes the device that the arithmetic runs on; the run disposes it. Null for the processor, as the recipe's <c>compute</c> says.</summary>
    public Func<ComputeBackend>? CreateBackend { get; init; }

    /// <summary>Threads that compute, instead of what the recipe's <c>compute</c> says; null to follow the recipe.</summary>
    public int? Threads { get; init; }

    /// <summary>The device's float32 peak in operations a second, for the share of the peak; null to measure the processor's once at the start.</summary>
    public double? PeakOperations { get; init; }
}

/// <summary>How a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>Every stage that was asked for is done.</summary>
    Complete,

    /// <summary>It was asked to stop and saved where it was.</summary>
    Stopped,
}

/// <summary>What a rehearsal found out about a stage.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Steps">Steps that the recipe gives it.</param>
/// <param name="SecondsPerStep">How long one took, the first, which includes starting up, left out. Curricula grow harder, so that later ones may take longer.</param>
public sealed record StageEstimate(string Stage, int Steps, double SecondsPerStep)
{
    /// <summary>How long the stage would take, without evaluations, sheets and checkpoints.</summary>
    public TimeSpan Time => TimeSpan.FromSeconds(Steps * SecondsPerStep);
}

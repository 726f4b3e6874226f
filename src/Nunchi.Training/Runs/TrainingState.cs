using System.Text.Json.Serialization;
using Nunchi.Training.Pipelines;

namespace Nunchi.Training.Runs;

/// <summary>Everything of a run that is not a tensor.</summary>
internal sealed record TrainingState
{
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    public required string Stage { get; init; }

    /// <summary>Steps of the stage that are done.</summary>
    public required int Step { get; init; }

    /// <summary>Index of the first sample that no step has used.</summary>
    public required long NextSample { get; init; }

    public required int[] OptimizerSteps { get; init; }

    /// <summary>Factor on every learning rate; below 1 after a rollback.</summary>
    public double RateFactor { get; init; } = 1;

    public int Rollbacks { get; init; }

    public StepGuardState Guard { get; init; } = new();

    public CurriculumState? Curriculum { get; init; }

    public long Samples { get; init; }

    public long Tokens { get; init; }

    /// <summary>Samples left out because they were too long.</summary>
    public long Dropped { get; init; }

    /// <summary>Seconds of training, over all sessions.</summary>
    public double Seconds { get; init; }

    /// <summary>Sums that the next line of the log will cover.</summary>
    public LogIntervalState? Interval { get; init; }

    /// <summary>Bytes of the log that belong to this state.</summary>
    public long LogBytes { get; init; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class TrainingStateJson : JsonSerializerContext;

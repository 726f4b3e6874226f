using System.Text.Json.Serialization;

namespace Nunchi.Cli.Answers;

/// <summary>How a training ended (complete, stopped; rehearsed after a rehearsal, exported when only a model was written), schema nunchi.training/1; its numbers are in the run's log.jsonl.</summary>
internal sealed record TrainingDocument(string End)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.training/1";

    /// <summary>What --export wrote.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>What it was written from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Checkpoint { get; init; }

    /// <summary>How long the stages that were rehearsed would take.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StageTimeDocument>? Stages { get; init; }
}

/// <summary>How long a stage would take.</summary>
internal sealed record StageTimeDocument(string Name, int Steps, double SecondsPerStep, double Seconds);

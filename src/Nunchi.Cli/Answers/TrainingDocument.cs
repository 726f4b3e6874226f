using System.Text.Json.Serialization;

namespace Nunchi.Cli.Answers;

/// <summary>How a training ended (complete, stopped; exported when only a model was written), schema nunchi.training/1; its numbers are in the run's log.jsonl.</summary>
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
}

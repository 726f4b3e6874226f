using System.Text.Json.Serialization;

namespace Nunchi.Cli.Answers;

/// <summary>How a training ended, schema nunchi.training/1; its numbers are in the run's log.jsonl.</summary>
internal sealed record TrainingDocument(string End)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.training/1";
}

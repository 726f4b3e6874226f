using System.Text.Json.Serialization;
using Nunchi.Checkpoints.Shapes;

namespace Nunchi.Cli.Answers;

/// <summary>What a model would take, schema nunchi.plan/1; bytes throughout.</summary>
internal sealed record PlanDocument(
    string Name, string Family, long Parameters, long FileBytes, long MemoryBytes, long CacheBytesPerToken, int ContextLength, long AvailableBytes, bool Fits,
    IReadOnlyList<PlannedPartDocument> Parts)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.plan/1";

    public static PlanDocument Of(string name, string family, CheckpointPlan plan) => new(
        name, family, plan.Parameters, plan.FileBytes, plan.MemoryBytes, plan.CacheBytesPerToken, plan.Context, plan.AvailableBytes, plan.Fits,
        [.. plan.Parts.Select(part => new PlannedPartDocument(part.Module, part.Name, part.Parameters, part.FileBytes, part.MemoryBytes, part.Place))]);
}

internal sealed record PlannedPartDocument(string Module, string Name, long Parameters, long FileBytes, long MemoryBytes, string Place);

/// <summary>A checkpoint of random weights that was made, schema nunchi.made-checkpoint/1.</summary>
internal sealed record MadeCheckpointDocument(string Shape, string Directory, long Parameters, long Bytes)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.made-checkpoint/1";
}

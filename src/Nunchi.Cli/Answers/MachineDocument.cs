using System.Text.Json.Serialization;
using Nunchi.Tensors.Machine;

namespace Nunchi.Cli.Answers;

/// <summary>What the machine can do at most, schema nunchi.machine/1.</summary>
internal sealed record MachineDocument(string Processor, int Processors, string Kernels, IReadOnlyList<LimitDocument> Limits)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.machine/1";

    public static MachineDocument Of(MachineReport report) => new(report.Processor, report.Processors, report.Kernels,
        [.. report.Limits.Select(limit => new LimitDocument(limit.Quantity, limit.Instructions, limit.Threads, Math.Round(limit.Value, 3), limit.Unit))]);
}

internal sealed record LimitDocument(string Quantity, string Instructions, int Threads, double Value, string Unit);

using System.Text.Json.Serialization;
using Nunchi.Chat;

namespace Nunchi.Cli.Answers;

/// <summary>What a checkpoint holds, schema nunchi.model/1.</summary>
internal sealed record ModelDocument(
    string Name, string Directory, string Family, long Parameters, int ContextLength, int VocabularySize, string Kernels, string KeyValueCache, string Answers, double LoadMs,
    IReadOnlyList<PartDocument> Parts, string? Adapter)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.model/1";

    public static ModelDocument Of(ModelInfo info) => new(
        info.Name, info.Directory, info.Family, info.Parameters, info.ContextLength, info.VocabularySize, info.Kernels, info.KeyValueCache, info.Answers,
        Math.Round(info.LoadTime.TotalMilliseconds, 2),
        [.. info.Parts.Select(part => new PartDocument(part.Name, part.Architecture, part.Parameters, part.Bytes, part.Precision))], info.Adapter);
}

internal sealed record PartDocument(string Name, string Architecture, long Parameters, long Bytes, string Precision);

using System.Text.Json.Serialization;
using Nunchi.Conversion;
using Nunchi.Gguf;

namespace Nunchi.Cli.Answers;

/// <summary>The files that an export wrote, schema nunchi.exported/1.</summary>
internal sealed record ExportedDocument(IReadOnlyList<ExportedFileDocument> Files)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.exported/1";
}

internal sealed record ExportedFileDocument(string Kind, string Path, long Bytes, IReadOnlyDictionary<string, int> Tensors)
{
    public static ExportedFileDocument Of(string kind, GgufExported file) =>
        new(kind, file.Path, file.Bytes, file.Types.ToDictionary(pair => pair.Key.ToString().ToLowerInvariant(), pair => pair.Value));
}

/// <summary>A converted checkpoint, schema nunchi.converted/1.</summary>
internal sealed record ConvertedDocument(string Directory, int Tensors, long Bytes, int WeightFiles, IReadOnlyList<string> Carried, IReadOnlyList<string> LeftOut)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.converted/1";

    public static ConvertedDocument Of(ConvertedCheckpoint checkpoint) =>
        new(checkpoint.Directory, checkpoint.Tensors, checkpoint.Bytes, checkpoint.WeightFiles, checkpoint.Carried, checkpoint.LeftOut);
}

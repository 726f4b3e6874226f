using System.Text.Json.Serialization;

namespace Nunchi.Cli.Answers;

/// <summary>What was drawn, schema nunchi.drawn/1.</summary>
internal sealed record DrawnDocument(int Count, ulong Seed, string Directory)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.drawn/1";
}

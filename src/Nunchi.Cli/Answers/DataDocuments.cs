using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nunchi.Cli.Answers;

/// <summary>A line of records.jsonl, schema nunchi.picture/1: the file, everything known about it, and a conversation about it.</summary>
internal sealed record PictureRecord(string File, JsonElement Scene, IReadOnlyList<TurnRecord> Conversation)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.picture/1";
}

internal sealed record TurnRecord(string Role, string Text);

/// <summary>What was drawn, schema nunchi.drawn/1.</summary>
internal sealed record DrawnDocument(int Count, ulong Seed, string Directory)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.drawn/1";
}

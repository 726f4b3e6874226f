using System.Text.Json.Serialization;
using Nunchi.Hub;

namespace Nunchi.Cli.Answers;

/// <summary>What a pull brought, schema nunchi.pulled/1.</summary>
internal sealed record PulledDocument(string Name, string Revision, string Commit, string Directory, IReadOnlyList<string> Files, long Bytes, long ReceivedBytes)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.pulled/1";

    public static PulledDocument Of(PulledModel model) => new(
        model.Repository.Name, model.Repository.Revision, model.Commit, model.Directory, model.Files, model.Bytes, model.Received);
}

/// <summary>The models in the cache, schema nunchi.models/1.</summary>
internal sealed record ModelsDocument(string Cache, IReadOnlyList<CachedModelDocument> Models)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.models/1";

    public static ModelsDocument Of(HubCache cache, IReadOnlyList<CachedModel> models) => new(cache.Directory, [.. models.Select(CachedModelDocument.Of)]);
}

internal sealed record CachedModelDocument(string Name, string Directory, long Bytes, string LastUsed, IReadOnlyList<CachedRevisionDocument> Revisions)
{
    public static CachedModelDocument Of(CachedModel model) => new(
        model.Name, model.Directory, model.Bytes, model.LastUsed.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"), [.. model.Revisions.Select(CachedRevisionDocument.Of)]);
}

internal sealed record CachedRevisionDocument(string Commit, IReadOnlyList<string> Names, string Directory, long Bytes, bool Complete, string? Missing)
{
    public static CachedRevisionDocument Of(CachedRevision revision) => new(
        revision.Commit, revision.Names, revision.Directory, revision.Bytes, revision.Missing is null, revision.Missing);
}

/// <summary>What was removed, schema nunchi.removed/1.</summary>
internal sealed record RemovedDocument(string Name, long FreedBytes)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.removed/1";
}

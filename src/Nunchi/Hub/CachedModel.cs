namespace Nunchi.Hub;

/// <summary>A model in the cache, in one or more revisions.</summary>
/// <param name="Name"><c>ORG/NAME</c>.</param>
/// <param name="Directory">Its folder in the cache.</param>
/// <param name="Bytes">Bytes on the disk; what revisions share counts once, and parts of unfinished downloads count.</param>
/// <param name="LastUsed">When one of its files was last read, as far as the file system keeps that.</param>
/// <param name="Revisions">Its revisions.</param>
public sealed record CachedModel(string Name, string Directory, long Bytes, DateTimeOffset LastUsed, IReadOnlyList<CachedRevision> Revisions);

/// <summary>A revision of a model in the cache.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Names">Branches and tags that mean it.</param>
/// <param name="Directory">The snapshot: a checkpoint directory.</param>
/// <param name="Bytes">Bytes of its files.</param>
/// <param name="Missing">What a model needs and is not there; null when it is complete.</param>
public sealed record CachedRevision(string Commit, IReadOnlyList<string> Names, string Directory, long Bytes, string? Missing);

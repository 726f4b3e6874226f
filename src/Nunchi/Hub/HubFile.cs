namespace Nunchi.Hub;

/// <summary>A file of a revision.</summary>
/// <param name="Path">Its name, with slashes.</param>
/// <param name="Size">Bytes; null when the listing does not tell.</param>
/// <param name="Hash">SHA-256 of a large file, git's SHA-1 of a small one, in lower-case hex; null when the listing does not tell.</param>
internal sealed record HubFile(string Path, long? Size, string? Hash)
{
    public bool IsKnown => Size is >= 0 && Hash is not null;

    /// <summary>Whether a text is a hash that a blob can be called by.</summary>
    public static bool IsHash(string? text) => text is { Length: 40 or 64 } && HubRepository.IsHex(text);
}

/// <summary>The files of a revision.</summary>
internal sealed record HubListing(string Commit, IReadOnlyList<HubFile> Files);

namespace Nunchi.Hub;

/// <summary>
/// Where things are in the cache that Python's <c>huggingface_hub</c> shares: <c>models--ORG--NAME</c> with <c>blobs/HASH</c>, <c>refs/REVISION</c> (a text,
/// the commit) and <c>snapshots/COMMIT/FILE</c> (relative links to blobs); locks under <c>.locks</c>.
/// </summary>
internal sealed class CacheLayout
{
    public const string Prefix = "models--";
    public const string Locks = ".locks";
    private readonly string _cache;
    private readonly string _folder;

    public CacheLayout(string cache, string name)
    {
        _cache = cache;
        _folder = Prefix + name.Replace("/", "--", StringComparison.Ordinal);
        Root = Path.Combine(cache, _folder);
    }

    public string Root { get; }

    public string Blobs => Path.Combine(Root, "blobs");

    public string Snapshots => Path.Combine(Root, "snapshots");

    public string Refs => Path.Combine(Root, "refs");

    public string LockFolder => Path.Combine(_cache, Locks, _folder);

    public string Blob(string hash) => Path.Combine(Blobs, hash);

    public string Lock(string hash) => Path.Combine(LockFolder, hash + ".lock");

    public string Snapshot(string commit) => Path.Combine(Snapshots, commit);

    public string Ref(string revision) => Path.Combine([Refs, .. revision.Split('/')]);

    /// <summary>The commit that a revision means here, or null.</summary>
    public string? Commit(HubRepository repository)
    {
        if (repository.IsPinned)
            return repository.Revision;
        string file = Ref(repository.Revision);
        return new FileInfo(file) is { Exists: true, Length: < 1024 } && File.ReadAllText(file).Trim() is var commit && HubRepository.IsCommit(commit) ? commit : null;
    }

    public void WriteRef(HubRepository repository, string commit)
    {
        if (repository.IsPinned)
            return;
        string file = Ref(repository.Revision), temporary = Path.Combine(Root, $".{Guid.NewGuid():n}.tmp");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(temporary, commit);
        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>Makes a snapshot's file: a relative link to its blob, or, where links cannot be made, the file itself.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="file">The file.</param>
    /// <param name="fresh">The blob was made just now and may be moved.</param>
    /// <param name="link">Makes a link: its place, and what it points to.</param>
    public void Place(string commit, HubFile file, bool fresh, Action<string, string> link)
    {
        string[] segments = file.Path.Split('/');
        string place = Path.Combine([Snapshot(commit), .. segments]), blob = Blob(file.Hash!);
        if (IsThere(place))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Delete(place); // a link to nothing
        try
        {
            link(place, Path.Combine([.. Enumerable.Repeat("..", segments.Length + 1), "blobs", file.Hash!]));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            if (IsThere(place))
                return;
            if (fresh)
                File.Move(blob, place);
            else
                File.Copy(blob, place);
        }
    }

    /// <summary>Whether a file is there, and if it is a link, what it points to.</summary>
    public static bool IsThere(string path)
    {
        var info = new FileInfo(path);
        return info.LinkTarget is null ? info.Exists : info.ResolveLinkTarget(returnFinalTarget: true)?.Exists == true;
    }
}

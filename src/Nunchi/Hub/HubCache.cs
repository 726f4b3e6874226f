using Nunchi.Tensors.Safetensors;

namespace Nunchi.Hub;

/// <summary>The cache of models on this machine, shared with Python's <c>huggingface_hub</c>: what either fetched the other finds.</summary>
/// <param name="directory">The cache; need not exist.</param>
public sealed class HubCache(string directory)
{
    /// <summary>The cache's directory.</summary>
    public string Directory { get; } = Path.GetFullPath(directory);

    /// <summary>The checkpoint directory of a model, or null when it is not here or not complete. Asks nobody.</summary>
    public string? Find(HubRepository repository) => Look(repository) is { Missing: null } found ? found.Directory : null;

    /// <summary>The models that are here, by name.</summary>
    public IReadOnlyList<CachedModel> List()
    {
        if (!System.IO.Directory.Exists(Directory))
            return [];
        return [.. System.IO.Directory.EnumerateDirectories(Directory, CacheLayout.Prefix + "*")
            .Select(folder => Path.GetFileName(folder)[CacheLayout.Prefix.Length..].Replace("--", "/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(Describe)];
    }

    /// <summary>Removes a model with all its revisions, or one revision and what only it uses.</summary>
    /// <param name="name"><c>ORG/NAME</c>, or <c>ORG/NAME@REVISION</c> for one revision.</param>
    /// <returns>Bytes that became free.</returns>
    /// <exception cref="DirectoryNotFoundException">It is not here.</exception>
    /// <exception cref="IOException">It is being fetched, or a file cannot be removed.</exception>
    public long Remove(string name)
    {
        HubRepository repository = HubRepository.Parse(name);
        var layout = new CacheLayout(Directory, repository.Name);
        if (!System.IO.Directory.Exists(layout.Root))
            throw new DirectoryNotFoundException($"{repository.Name} is not in {Directory}.");
        RefuseWhileLocked(layout, repository);
        CachedModel model = Describe(repository.Name);
        if (!name.Contains('@', StringComparison.Ordinal))
        {
            RemoveFolder(layout);
            return model.Bytes;
        }
        string? commit = layout.Commit(repository);
        CachedRevision revision = model.Revisions.FirstOrDefault(known => known.Commit == commit)
            ?? throw new DirectoryNotFoundException($"{repository.Name} is in {Directory}, but not its revision \"{repository.Revision}\".");
        if (model.Revisions.Count == 1)
        {
            RemoveFolder(layout);
            return model.Bytes;
        }
        return RemoveRevision(layout, model, revision);
    }

    /// <summary>The model that a directory of a hub's cache holds: <c>ORG/NAME</c> for <c>.../models--ORG--NAME/snapshots/COMMIT</c>; null for other directories.</summary>
    /// <param name="directory">Any directory.</param>
    public static string? NameOf(string directory)
    {
        var info = new DirectoryInfo(Path.TrimEndingDirectorySeparator(directory));
        return info.Parent is { Name: "snapshots", Parent: { } model } && model.Name.StartsWith(CacheLayout.Prefix, StringComparison.Ordinal)
            ? model.Name[CacheLayout.Prefix.Length..].Replace("--", "/", StringComparison.Ordinal)
            : null;
    }

    /// <summary>The snapshot of a model with what it lacks; null when there is none at all.</summary>
    internal (string Directory, string? Missing)? Look(HubRepository repository)
    {
        var layout = new CacheLayout(Directory, repository.Name);
        if (layout.Commit(repository) is not { } commit || !System.IO.Directory.Exists(layout.Snapshot(commit)))
            return null;
        return (layout.Snapshot(commit), SnapshotCheck.Missing(layout.Snapshot(commit)));
    }

    /// <summary>Notes that a snapshot is used now, for <see cref="CachedModel.LastUsed"/>; file systems rarely do.</summary>
    internal static void Touch(string snapshot)
    {
        try
        {
            var config = new FileInfo(Path.Combine(snapshot, "config.json"));
            (config.ResolveLinkTarget(returnFinalTarget: true) ?? config).LastAccessTimeUtc = DateTime.UtcNow;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written can be read all the same.
        }
    }

    private CachedModel Describe(string name)
    {
        var layout = new CacheLayout(Directory, name);
        var names = Names(layout).ToLookup(pair => pair.Commit, pair => pair.Name);
        var revisions = new List<CachedRevision>();
        var files = new Dictionary<string, FileInfo>(StringComparer.Ordinal);
        if (System.IO.Directory.Exists(layout.Blobs))
        {
            foreach (FileInfo blob in new DirectoryInfo(layout.Blobs).EnumerateFiles())
                files[blob.FullName] = blob;
        }
        foreach (string snapshot in Folders(layout.Snapshots))
        {
            FileInfo[] own = [.. Targets(snapshot)];
            foreach (FileInfo file in own)
                files[file.FullName] = file;
            string commit = Path.GetFileName(snapshot);
            revisions.Add(new CachedRevision(commit, [.. names[commit].Order(StringComparer.Ordinal)], snapshot, own.Sum(file => file.Length), SnapshotCheck.Missing(snapshot)));
        }
        DateTime used = files.Values.Select(file => file.LastAccessTimeUtc).DefaultIfEmpty(System.IO.Directory.GetLastWriteTimeUtc(layout.Root)).Max();
        return new CachedModel(name, layout.Root, files.Values.Sum(file => file.Length), new DateTimeOffset(used, TimeSpan.Zero), revisions);
    }

    private static long RemoveRevision(CacheLayout layout, CachedModel model, CachedRevision revision)
    {
        HashSet<string> shared = [.. model.Revisions.Where(other => other != revision).SelectMany(other => Targets(other.Directory)).Select(file => file.FullName)];
        FileInfo[] own = [.. Targets(revision.Directory).DistinctBy(file => file.FullName).Where(file => !shared.Contains(file.FullName))];
        long bytes = own.Sum(file => file.Length);
        foreach (string name in revision.Names)
            File.Delete(layout.Ref(name));
        System.IO.Directory.Delete(revision.Directory, recursive: true);
        foreach (FileInfo file in own)
            file.Delete();
        return bytes;
    }

    private static void RemoveFolder(CacheLayout layout)
    {
        // Under another name first, so that what is half removed is not found.
        string gone = Path.Combine(Path.GetDirectoryName(layout.Root)!, $".removed-{Guid.NewGuid():n}");
        System.IO.Directory.Move(layout.Root, gone);
        System.IO.Directory.Delete(gone, recursive: true);
        if (System.IO.Directory.Exists(layout.LockFolder))
            System.IO.Directory.Delete(layout.LockFolder, recursive: true);
    }

    private static void RefuseWhileLocked(CacheLayout layout, HubRepository repository)
    {
        if (!System.IO.Directory.Exists(layout.LockFolder))
            return;
        foreach (string file in System.IO.Directory.EnumerateFiles(layout.LockFolder, "*.lock"))
        {
            using FileLock? hold = FileLock.TryAcquire(file);
            if (hold is null)
                throw new IOException($"{repository.Name} is being fetched by another process; wait for it or stop it, then remove it.");
        }
    }

    private static IEnumerable<(string Commit, string Name)> Names(CacheLayout layout)
    {
        if (!System.IO.Directory.Exists(layout.Refs))
            yield break;
        foreach (FileInfo file in new DirectoryInfo(layout.Refs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.Length < 1024)
                yield return (File.ReadAllText(file.FullName).Trim(), Path.GetRelativePath(layout.Refs, file.FullName).Replace('\\', '/'));
        }
    }

    // Files of a snapshot, links followed.
    private static IEnumerable<FileInfo> Targets(string snapshot)
    {
        foreach (FileInfo file in new DirectoryInfo(snapshot).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            FileInfo target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            if (target.LinkTarget is null && target.Exists)
                yield return target;
        }
    }

    private static IEnumerable<string> Folders(string directory) =>
        System.IO.Directory.Exists(directory) ? System.IO.Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal) : [];
}

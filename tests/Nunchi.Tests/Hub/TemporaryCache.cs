using Nunchi.Hub;

namespace Nunchi.Tests.Hub;

/// <summary>A hub's cache of a test's own, and options for it that never really pause.</summary>
internal sealed class TemporaryCache : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("nunchi-hub-").FullName;

    public List<TimeSpan> Pauses { get; } = [];

    public string Folder => Path.Combine(Directory, "models--org--tiny");

    public string Snapshot => Path.Combine(Folder, "snapshots", LoopbackHub.Commit);

    public HubOptions Options(LoopbackHub hub) => new()
    {
        Endpoint = new Uri(hub.Endpoint),
        CacheDirectory = Directory,
        Pause = (pause, cancellation) =>
        {
            lock (Pauses)
                Pauses.Add(pause);
            cancellation.ThrowIfCancellationRequested();
            return Task.CompletedTask;
        },
    };

    public string Blob(string hash) => Path.Combine(Folder, "blobs", hash);

    public IReadOnlyList<string> Files(string folder) => System.IO.Directory.Exists(Path.Combine(Folder, folder))
        ? [.. System.IO.Directory.EnumerateFiles(Path.Combine(Folder, folder), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Path.Combine(Folder, folder), file).Replace('\\', '/')).Order(StringComparer.Ordinal)]
        : [];

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

namespace Nunchi.Cli;

/// <summary>A directory that appears whole or not at all: filled beside its place under a temporary name and renamed at the end.</summary>
internal sealed class NewDirectory : IDisposable
{
    private readonly string target;

    private NewDirectory(string target, string path)
    {
        this.target = target;
        Path = path;
    }

    /// <summary>Where to write until <see cref="Commit"/>.</summary>
    public string Path { get; }

    /// <exception cref="UsageException">Something is at that place already.</exception>
    public static NewDirectory Begin(string target)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        if (File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any()))
            throw new UsageException($"{target} exists already and would be mixed up or lost; name a directory that is new or empty.");
        string path = $"{full}.{Environment.ProcessId}.partial";
        Directory.CreateDirectory(path);
        return new NewDirectory(full, path);
    }

    /// <summary>Puts the directory in its place.</summary>
    public void Commit()
    {
        if (Directory.Exists(target))
            Directory.Delete(target);
        Directory.Move(Path, target);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}

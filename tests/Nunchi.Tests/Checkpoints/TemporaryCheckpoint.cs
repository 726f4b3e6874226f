using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Checkpoints;

/// <summary>A copy of a golden checkpoint that a test may damage.</summary>
internal sealed class TemporaryCheckpoint : IDisposable
{
    private readonly string _root = System.IO.Directory.CreateTempSubdirectory("nunchi-tests-").FullName;

    public TemporaryCheckpoint(string golden = "varco2-tiny")
    {
        Directory = Path.Combine(_root, golden);
        System.IO.Directory.CreateDirectory(Directory);
        foreach (string file in System.IO.Directory.GetFiles(GoldenFiles.Path(golden)))
            File.Copy(file, Path.Combine(Directory, Path.GetFileName(file)));
    }

    public string Directory { get; }

    public string Root => _root;

    public void Edit(string name, Func<string, string> change)
    {
        string path = Path.Combine(Directory, name);
        File.WriteAllText(path, change(File.ReadAllText(path)));
    }

    public void Dispose() => System.IO.Directory.Delete(_root, recursive: true);
}

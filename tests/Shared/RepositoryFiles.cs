namespace Nunchi.Testing;

/// <summary>
/// Where the repository's files are, found upward from the test program: a deterministic build writes source paths as /_/, so those cannot be used.
/// </summary>
internal static class RepositoryFiles
{
    /// <summary>The directory that holds Nunchi.slnx.</summary>
    public static string Root { get; } = Find();

    /// <summary>The outputs of the reference implementations.</summary>
    public static string Goldens { get; } = Path.Combine(Root, "tests", "goldens");

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Nunchi.slnx")))
                return directory.FullName;
        }
        throw new DirectoryNotFoundException($"No directory above {AppContext.BaseDirectory} holds Nunchi.slnx; the tests read goldens, fonts and samples of the repository.");
    }
}

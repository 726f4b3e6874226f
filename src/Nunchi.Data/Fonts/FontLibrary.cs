namespace Nunchi.Data.Fonts;

/// <summary>
/// The Korean fonts of this machine that pictures are drawn with, in an order that never depends on the file system: clear and bold faces first,
/// so that the first n of them make a sensible start of a curriculum.
/// </summary>
public sealed class FontLibrary
{
    /// <summary>Name of the environment variable that overrides where fonts are looked for: directories separated by the path separator (":" on Linux).</summary>
    public const string DirectoriesVariable = "NUNCHI_FONTS";

    private static readonly string[] DefaultDirectories = ["/usr/share/fonts", "/usr/local/share/fonts"];
    private static readonly string[] Extensions = [".ttf", ".ttc", ".otf"];

    /// <summary>A library of the given faces, in the given order.</summary>
    /// <exception cref="ArgumentException">There is no face, or one family is both for training and held out.</exception>
    public FontLibrary(IEnumerable<FontFace> faces)
        : this([.. faces], [], [])
    {
    }

    private FontLibrary(FontFace[] faces, string[] missingPackages, string[] excluded)
    {
        if (faces.Length == 0)
            throw new ArgumentException("A font library needs at least one face.", nameof(faces));
        foreach (IGrouping<string, FontFace> family in faces.GroupBy(face => face.Family, StringComparer.Ordinal))
        {
            if (family.Select(face => face.Split).Distinct().Count() > 1)
                throw new ArgumentException($"The faces of '{family.Key}' are partly for training and partly held out; a family goes one way.", nameof(faces));
        }

        Faces = faces;
        Training = [.. faces.Where(face => face.Split == FontSplit.Training)];
        HeldOut = [.. faces.Where(face => face.Split == FontSplit.HeldOut)];
        MissingPackages = missingPackages;
        Excluded = excluded;
    }

    /// <summary>Every face.</summary>
    public IReadOnlyList<FontFace> Faces { get; }

    /// <summary>The faces that training may draw, clear and bold ones first.</summary>
    public IReadOnlyList<FontFace> Training { get; }

    /// <summary>The faces kept for measuring.</summary>
    public IReadOnlyList<FontFace> HeldOut { get; }

    /// <summary>Debian packages of the catalogue of which at least one file was not found; empty when all are installed.</summary>
    public IReadOnlyList<string> MissingPackages { get; }

    /// <summary>Faces that were found but left out, each with the reason.</summary>
    public IReadOnlyList<string> Excluded { get; }

    /// <summary>How to install what is missing, or an empty text.</summary>
    public string InstallHint => HintFor(MissingPackages);

    /// <summary>The faces of one split.</summary>
    public IReadOnlyList<FontFace> Of(FontSplit split) => split == FontSplit.Training ? Training : HeldOut;

    /// <summary>
    /// Looks for the catalogue's font files below the given directories, or those of <c>NUNCHI_FONTS</c>, or the system's font directories.
    /// Faces that lack any of the 2,350 KS X 1001 syllables are left out and named in <see cref="Excluded"/>.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">A directory that was asked for is not there.</exception>
    /// <exception cref="FileNotFoundException">No font of the catalogue was found; the message says which packages to install.</exception>
    public static FontLibrary Find(IReadOnlyList<string>? directories = null)
    {
        IReadOnlyList<string> places = Places(directories);
        Dictionary<string, string> files = Scan(places);
        List<FontFace> faces = [];
        List<string> excluded = [];
        string[] missing = Missing(files);
        foreach (CatalogueEntry entry in FontCatalogue.Entries)
        {
            if (!files.TryGetValue(entry.File, out string? path))
                continue;

            FontFace face = new(entry.Family, path, entry.Index, entry.Weight, entry.Style, entry.Split, entry.Misdrawn);
            int coverage = face.SyllableCoverage();
            if (coverage == KsSyllables.Count)
                faces.Add(face);
            else
                excluded.Add($"{face.Name}: has {coverage} of the {KsSyllables.Count} KS X 1001 syllables");
        }

        if (faces.Count == 0)
        {
            throw new FileNotFoundException(
                $"None of the {FontCatalogue.Entries.Count} known Korean font faces was found below {(places.Count == 0 ? "(no font directory exists)" : string.Join(", ", places))}. "
                + $"Install them with: apt-get install {string.Join(' ', missing)} (or run eng/fonts.sh), or name their directories in {DirectoriesVariable}.");
        }

        return new FontLibrary([.. faces], missing, [.. excluded]);
    }

    /// <summary>The path of a font file by its exact name, looked for as <see cref="Find"/> does; null when it is not there.</summary>
    /// <exception cref="DirectoryNotFoundException">A directory that was asked for is not there.</exception>
    public static string? FindFile(string fileName, IReadOnlyList<string>? directories = null) =>
        Scan(Places(directories)).GetValueOrDefault(fileName);

    /// <summary><see cref="InstallHint"/> of what <see cref="Find"/> would find, from the names of files alone.</summary>
    /// <exception cref="DirectoryNotFoundException">A directory that was asked for is not there.</exception>
    public static string FindInstallHint(IReadOnlyList<string>? directories = null) => HintFor(Missing(Scan(Places(directories))));

    /// <summary>The names of the catalogue's font files that are there, in the order of their names; none is opened.</summary>
    /// <exception cref="DirectoryNotFoundException">A directory that was asked for is not there.</exception>
    public static IReadOnlyList<string> FindFileNames(IReadOnlyList<string>? directories = null)
    {
        Dictionary<string, string> files = Scan(Places(directories));
        return [.. FontCatalogue.Entries.Select(entry => entry.File).Distinct().Where(files.ContainsKey).Order(StringComparer.Ordinal)];
    }

    private static string[] Missing(Dictionary<string, string> files) =>
        [.. FontCatalogue.Entries.Where(entry => !files.ContainsKey(entry.File)).Select(entry => entry.Package).Distinct().Order(StringComparer.Ordinal)];

    private static string HintFor(IReadOnlyList<string> packages) => packages.Count == 0 ? "" : "apt-get install " + string.Join(' ', packages);

    private static IReadOnlyList<string> Places(IReadOnlyList<string>? directories) =>
        directories ?? FromEnvironment() ?? [.. DefaultDirectories.Where(Directory.Exists)];

    private static string[]? FromEnvironment()
    {
        string? value = Environment.GetEnvironmentVariable(DirectoriesVariable);
        return string.IsNullOrWhiteSpace(value)
            ? null
            : value.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static Dictionary<string, string> Scan(IReadOnlyList<string> directories)
    {
        EnumerationOptions options = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 8 };
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (string directory in directories)
        {
            if (!Directory.Exists(directory))
                throw new DirectoryNotFoundException($"The font directory '{directory}' is not there. Fonts are looked for in the directories of {DirectoriesVariable} when it is set.");
            foreach (string path in Directory.EnumerateFiles(directory, "*.?t?", options).Order(StringComparer.Ordinal))
            {
                if (Extensions.Contains(Path.GetExtension(path)))
                    files.TryAdd(Path.GetFileName(path), path);
            }
        }

        return files;
    }
}

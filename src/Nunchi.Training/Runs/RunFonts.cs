using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Training.Runs;

/// <summary>
/// Remembers in a run's directory (<c>fonts.txt</c>) with which fonts its pictures are drawn: a run that goes on where there are others meets other pictures, which nothing else would tell.
/// </summary>
internal static class RunFonts
{
    /// <summary>The file's name.</summary>
    public const string FileName = "fonts.txt";

    /// <summary>Notes the fonts of this machine.</summary>
    /// <param name="directory">The run's.</param>
    /// <param name="places">Where fonts are looked for; null for where <see cref="FontLibrary.Find"/> looks.</param>
    /// <returns>What to tell: packages that are missing, and what differs from when the run was last going; nothing where all is well.</returns>
    /// <exception cref="DirectoryNotFoundException">A directory that was asked for is not there.</exception>
    public static IReadOnlyList<string> Note(string directory, IReadOnlyList<string>? places = null)
    {
        List<string> notes = [];
        if (FontLibrary.FindInstallHint(places) is { Length: > 0 } missing)
            notes.Add($"some fonts are missing, so pictures vary less than they could: {missing}");
        string[] now = [.. FontLibrary.FindFileNames(places), .. ObjectPainter.FindEmojiFont(places) is { } emoji ? [Path.GetFileName(emoji)] : Array.Empty<string>()];
        var file = Path.Combine(directory, FileName);
        var before = File.Exists(file) ? File.ReadAllLines(file) : now;
        if (!before.SequenceEqual(now, StringComparer.Ordinal))
        {
            string[] parts = [Named("without ", before.Except(now, StringComparer.Ordinal)), Named("with new ", now.Except(before, StringComparer.Ordinal))];
            notes.Add($"the fonts are not those this run was last going with, so its pictures are not those that it would have met there: {string.Join(", ", parts.Where(part => part.Length > 0))}");
        }

        AtomicFile.WriteAllText(file, string.Concat(now.Select(name => name + "\n")));
        return notes;
    }

    private static string Named(string how, IEnumerable<string> names) => names.Any() ? how + string.Join(" ", names) : "";
}

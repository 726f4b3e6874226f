using System.Text.Json;

namespace Nunchi.Tests.Goldens;

/// <summary>Finds the golden files; a missing one fails the test that asks for it.</summary>
internal static class GoldenFiles
{
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root(), .. parts]);

    public static JsonElement Json(params string[] parts)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path(parts)));
        return document.RootElement.Clone();
    }

    // Not the path of this source file: a deterministic build writes that as /_/.
    private static string Root()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory != null; directory = directory.Parent)
        {
            string candidate = System.IO.Path.Combine(directory.FullName, "tests", "goldens");
            if (Directory.Exists(candidate))
                return candidate;
        }
        throw new DirectoryNotFoundException($"tests/goldens was not found above {AppContext.BaseDirectory}.");
    }
}

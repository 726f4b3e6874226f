using System.Text.Json;

namespace Nunchi.Training.Tests.Goldens;

/// <summary>Finds the reference data that the repository carries.</summary>
internal static class GoldenFiles
{
    public static string Path(params string[] parts) => System.IO.Path.Combine([RepositoryFiles.Goldens, .. parts]);

    public static JsonElement Json(params string[] parts)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path(parts)));
        return document.RootElement.Clone();
    }
}

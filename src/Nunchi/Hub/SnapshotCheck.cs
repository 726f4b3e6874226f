using Nunchi.Tensors.Safetensors;

namespace Nunchi.Hub;

/// <summary>Whether a snapshot holds what a model needs: a download that ended early never looks complete.</summary>
internal static class SnapshotCheck
{
    private const long IndexLimit = 100_000_000;

    /// <summary>What is missing, for a message; null when nothing is.</summary>
    public static string? Missing(string directory)
    {
        if (!Directory.Exists(directory))
            return "the snapshot";
        if (Directory.EnumerateFiles(directory, "*.gguf").Any(CacheLayout.IsThere))
            return null;
        if (Has("adapter_config.json") && Has("adapter_model.safetensors"))
            return null;
        if (!Has("config.json"))
            return "config.json";
        if (Has(SafetensorsArchive.SingleFileName))
            return null;
        if (!Has(SafetensorsArchive.IndexFileName))
            return SafetensorsArchive.SingleFileName;
        string index = Path.Combine(directory, SafetensorsArchive.IndexFileName);
        try
        {
            using FileStream stream = File.OpenRead(index);
            if (stream.Length > IndexLimit)
                return $"a usable {SafetensorsArchive.IndexFileName}";
            byte[] json = new byte[stream.Length];
            stream.ReadExactly(json);
            return FileSelection.ReadShardNames(json, index).Order(StringComparer.Ordinal).FirstOrDefault(shard => !Has(shard));
        }
        catch (IOException)
        {
            return $"a usable {SafetensorsArchive.IndexFileName}";
        }

        bool Has(string name) => CacheLayout.IsThere(Path.Combine(directory, name));
    }
}

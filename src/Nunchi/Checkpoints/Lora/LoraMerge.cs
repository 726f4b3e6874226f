using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints.Lora;

/// <summary>Writes a checkpoint with a LoRA adapter added to its weights, so that it loads without the adapter, here and in transformers.</summary>
public static class LoraMerge
{
    private static readonly string[] Companions = [".json", ".jinja", ".txt", ".model", ".md"];

    /// <summary>Writes the merged checkpoint; the directory appears whole or not at all.</summary>
    /// <param name="checkpoint">A checkpoint directory, or a safetensors file beside its <c>config.json</c>.</param>
    /// <param name="adapter">The adapter's directory.</param>
    /// <param name="target">A directory that does not exist yet.</param>
    /// <param name="backend">Where the arithmetic happens.</param>
    /// <param name="type">Type of the weights; null takes the one that the checkpoint's <c>config.json</c> names.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">Checkpoint and adapter do not fit, or a file is damaged; the message tells all that is wrong.</exception>
    /// <exception cref="IOException">The target exists, the disk is full, or the place cannot be written.</exception>
    public static void Write(string checkpoint, string adapter, string target, ComputeBackend backend, SafetensorsType? type = null)
    {
        string final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)), unfinished = $"{final}.{Guid.NewGuid():n}.unfinished";
        if (Directory.Exists(final) || File.Exists(final))
            throw new IOException($"{final} exists already; name a directory that does not.");
        string source = CheckpointPlace.Of(checkpoint).Directory;
        using VisionLanguageModel model = CheckpointReader.Load(checkpoint, backend, new LoadOptions { Adapter = adapter });
        try
        {
            Directory.CreateDirectory(unfinished);
            CheckpointWriter.WriteWeights(Path.Combine(unfinished, SafetensorsArchive.SingleFileName), model, type ?? ConfigReader.WeightType(source));
            foreach (string file in Directory.EnumerateFiles(source).Where(IsCompanion))
                File.Copy(file, Path.Combine(unfinished, Path.GetFileName(file)));
            Directory.Move(unfinished, final);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    private static bool IsCompanion(string file) =>
        Companions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase) && Path.GetFileName(file) != SafetensorsArchive.IndexFileName;
}

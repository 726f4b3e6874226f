using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>Where a checkpoint is: a directory, or one safetensors file beside its <c>config.json</c>.</summary>
/// <param name="Directory">The directory that holds configuration, tokenizer and all else.</param>
/// <param name="WeightsFile">The one file that holds the weights; null takes those of the directory.</param>
public sealed record CheckpointPlace(string Directory, string? WeightsFile)
{
    /// <summary>What a path means.</summary>
    /// <param name="path">A directory, or a file whose name ends in <c>.safetensors</c>.</param>
    /// <exception cref="FileNotFoundException">There is neither.</exception>
    /// <exception cref="InvalidDataException">It is a file of another kind.</exception>
    public static CheckpointPlace Of(string path)
    {
        if (System.IO.Directory.Exists(path))
            return new CheckpointPlace(path, null);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no checkpoint directory or safetensors file \"{path}\".", path);
        return path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
            ? new CheckpointPlace(Path.GetDirectoryName(Path.GetFullPath(path))!, path)
            : throw new InvalidDataException($"{path} is a file; a checkpoint directory, or a safetensors file beside its config.json, is expected.");
    }

    /// <summary>Opens the weights.</summary>
    /// <exception cref="FileNotFoundException">They are not there; the message names what is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or index and shards disagree.</exception>
    public SafetensorsArchive OpenWeights() => WeightsFile == null ? SafetensorsArchive.Open(Directory) : SafetensorsArchive.OpenFile(WeightsFile);
}

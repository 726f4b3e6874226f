using Nunchi.Tensors.Safetensors;

namespace Nunchi.Conversion;

/// <summary>What a converted checkpoint is to be; what is null stays as it is.</summary>
public sealed record ConversionOptions
{
    /// <summary>How tensors are called.</summary>
    public TensorNaming? Naming { get; init; }

    /// <summary>Element type of float tensors: F32, BF16 or F16. Rounded to nearest, ties to even; a value that does not fit is an error. Others stay as they are.</summary>
    /// <exception cref="ArgumentException">It is another type.</exception>
    public SafetensorsType? Type
    {
        get;
        init => field = value is null or SafetensorsType.F32 or SafetensorsType.BF16 or SafetensorsType.F16 ? value : throw new ArgumentException($"Weights become F32, BF16 or F16, not {value}.", nameof(value));
    }

    /// <summary>The most bytes of a file, at least 1; a tensor that is larger gets a file of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public long ShardSize
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(ShardSize), value, $"ShardSize is {value}; it must be 1 or more.");
    } = 5_000_000_000;

    /// <summary>A directory with a LoRA adapter that is added to the weights, each sum rounded once; null for none.</summary>
    public string? Adapter { get; init; }

    /// <summary>
    /// Directories of other checkpoints of the same model: every float tensor becomes the mean over all of them, rounded once, whatever they call it. Runs that started from the same weights
    /// and learned from different samples are better together than each alone (Wortsman et al. 2022, "Model soups"). Configuration and tokenizer are those of the first.
    /// </summary>
    public IReadOnlyList<string> AverageWith { get; init; } = [];

    /// <summary>Told the share that is written, 0..1; null for nobody.</summary>
    public IProgress<double>? Progress { get; init; }
}

/// <summary>What a conversion wrote.</summary>
/// <param name="Directory">The new checkpoint directory.</param>
/// <param name="Tensors">Its tensors.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="WeightFiles">Files that hold them.</param>
/// <param name="Carried">Other files that came along.</param>
/// <param name="LeftOut">Files and folders of the old directory that did not: weights in other formats, folders.</param>
public sealed record ConvertedCheckpoint(string Directory, int Tensors, long Bytes, int WeightFiles, IReadOnlyList<string> Carried, IReadOnlyList<string> LeftOut);

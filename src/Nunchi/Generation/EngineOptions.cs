using Nunchi.Checkpoints;
using Nunchi.Images;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Generation;

/// <summary>How a <see cref="ChatEngine"/> runs. The defaults suit one person at one machine.</summary>
public sealed record EngineOptions
{
    /// <summary>Worker threads, the caller included, up to 256; 0 takes one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Vector instructions.</summary>
    public CpuKernels Kernels { get; init; } = CpuKernels.Auto;

    /// <summary>Instructions that multiply packed weights.</summary>
    public PackedKernels PackedKernels { get; init; } = PackedKernels.Auto;

    /// <summary>How matrices are kept: float32 as trained, or rounded to take less memory and time; null: as the directory says, float32 unless it is packed.</summary>
    public WeightChoice? Weights { get; init; }

    /// <summary>How keys and values of earlier tokens are kept; null: in 8 bits beside weights of 8 bits or fewer, else in float32.</summary>
    public CacheFormat? Cache { get; init; }

    /// <summary>
    /// Most tokens, 0..31, that are guessed where an answer repeats what stands in prompt or answer, and checked in one pass; 0 guesses none. Answers are the same with any number.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 0..31.</exception>
    public int DraftTokens
    {
        get;
        init => field = value is >= 0 and <= 31 ? value : throw new ArgumentOutOfRangeException(nameof(DraftTokens), value, $"{nameof(DraftTokens)} is {value}; it must be in 0..31.");
    } = 7;

    /// <summary>Prompt tokens that run together, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int PrefillChunk { get; init => field = AtLeastOne(nameof(PrefillChunk), value); } = 512;

    /// <summary>Image tokens that the encoder works on together, at least 1; whole crops are taken, one at least.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int EncoderTokens { get; init => field = AtLeastOne(nameof(EncoderTokens), value); } = 2304;

    /// <summary>How pictures are shown; null does as the reference does: a picture alone is tiled, several are each seen once.</summary>
    public TilingMode? Tiling { get; init; }

    /// <summary>The N of <c>anyres_max_N</c>, 1 or more: more tiles' worth of features are shrunk to it; null takes the checkpoint's. Families that never shrink then do.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? MaxTiles { get; init => field = value is { } most ? AtLeastOne(nameof(MaxTiles), most) : null; }

    /// <summary>Every canvas of up to this many tiles a side, 1..16; null takes the checkpoint's list.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 1..16.</exception>
    public int? GridSide
    {
        get;
        init => field = value is null or (>= 1 and <= 16) ? value : throw new ArgumentOutOfRangeException(nameof(GridSide), value, $"{nameof(GridSide)} is {value}; it must be in 1..16.");
    }

    /// <summary>Enlarges small pictures as <see cref="ReadingEnlargement"/> does; null does so for VARCO-VISION's OCR model, which its authors feed that way.</summary>
    public bool? EnlargeForReading { get; init; }

    /// <summary>A directory with a LoRA adapter that is added to the weights; null for none.</summary>
    public string? Adapter { get; init; }

    /// <summary>Called while weights are read, from any thread, one call at a time.</summary>
    public Action<LoadProgress>? Loading { get; init; }

    /// <summary>Ends loading early.</summary>
    public CancellationToken LoadCancellation { get; init; }

    /// <summary>Bytes of image features that are kept for later turns and other conversations.</summary>
    public long FeatureBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Bytes of keys and values of conversations' beginnings, pictures included, that are kept for other conversations on the same weights; 0 keeps none. Answers are the same.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long PrefixBytes
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(PrefixBytes), value, $"{nameof(PrefixBytes)} is {value}; it must be 0 or more.");
    } = 512L << 20;

    /// <summary>Steps of conversations on the same weights run together, one pass over the weights for all; false: they take turns. Answers are the same.</summary>
    public bool RunsTogether { get; init; } = true;

    /// <summary>The name of the format that weights are rounded to while loading; null when they are not.</summary>
    internal string? RoundedTo => Weights is { } weights && weights != WeightFormat.Float32 ? weights.Name : null;

    /// <summary>What <see cref="Tiling"/>, <see cref="MaxTiles"/>, <see cref="GridSide"/> and <see cref="EnlargeForReading"/> ask for, in words; null when they ask for nothing.</summary>
    internal string? Views
    {
        get
        {
            string?[] asked =
            [
                Tiling switch { null => null, TilingMode.WholeView => "the whole view alone", TilingMode.SingleView => "each picture once", _ => "the whole view and tiles" },
                MaxTiles is { } most ? $"at most {most} tiles" : null, GridSide is { } side ? $"canvases up to {side} x {side}" : null,
                EnlargeForReading switch { null => null, true => "enlarged", false => "not enlarged" },
            ];
            string words = string.Join(", ", asked.OfType<string>());
            return words.Length > 0 ? words : null;
        }
    }

    private static int AtLeastOne(string name, int value) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be 1 or more.");
}

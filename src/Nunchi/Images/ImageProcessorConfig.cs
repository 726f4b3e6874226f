using System.Globalization;

namespace Nunchi.Images;

/// <summary>How a checkpoint shows a picture to its encoder.</summary>
public enum ImageLayout
{
    /// <summary>The whole picture squeezed to a square, and tiles of a larger canvas (LLaVA-OneVision, LLaVA-NeXT).</summary>
    AnyRes,

    /// <summary>One view: resized, and cut at the centre where asked (LLaVA-1.5).</summary>
    SingleCrop,
}

/// <summary>
/// What a checkpoint says about its pictures, as <c>preprocessor_config.json</c> or the image processor inside
/// <c>processor_config.json</c> writes it. The defaults are those of a LLaVA-OneVision checkpoint with SigLIP at 384 pixels.
/// </summary>
public sealed record ImageProcessorConfig
{
    /// <summary>How a picture is shown.</summary>
    public ImageLayout Layout { get; init; } = ImageLayout.AnyRes;

    /// <summary>Name of the processor class in transformers, kept for writing.</summary>
    public string ProcessorType { get; init; } = "LlavaOnevisionImageProcessor";

    /// <summary>Side of a square crop in pixels, 1..4096.</summary>
    public int TileSize { get; init; } = 384;

    /// <summary>The canvases of anyres in pixels, in the order in which they are tried; each a whole number of tiles.</summary>
    public IReadOnlyList<ImageSize> Canvases { get; init; } = CanvasGrid.Full(384, 6);

    /// <summary>The N of <c>anyres_max_N</c>: how many tiles' worth of features are kept before they are shrunk; null never shrinks.</summary>
    public int? MaxTiles { get; init; } = 9;

    /// <summary>With <see cref="ImageLayout.SingleCrop"/>: length the shorter side is resized to; null squeezes the picture to the tile.</summary>
    public int? ShortestEdge { get; init; }

    /// <summary>With <see cref="ImageLayout.SingleCrop"/>: whether the tile is cut at the centre after resizing.</summary>
    public bool CenterCrop { get; init; }

    /// <summary>Padding: the crops of a batch to one count (anyres, where it changes no number here), or the picture to a square in the mean colour (LLaVA-1.5).</summary>
    public bool Pad { get; init; } = true;

    /// <summary>How pixels are mixed when resizing.</summary>
    public ResampleFilter Resample { get; init; } = ResampleFilter.Bicubic;

    /// <summary>Factor on a byte before normalising; 1 where the checkpoint does not rescale.</summary>
    public double RescaleFactor { get; init; } = 1.0 / 255.0;

    /// <summary>Subtracted from each rescaled channel.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.5, 0.5, 0.5];

    /// <summary>Divides each channel, above 0.</summary>
    public IReadOnlyList<double> Std { get; init; } = [0.5, 0.5, 0.5];

    /// <summary>The limit on tiles as checkpoints write it: <c>anyres</c> or <c>anyres_max_N</c>.</summary>
    public string AspectRatio => MaxTiles is int tiles ? string.Create(CultureInfo.InvariantCulture, $"anyres_max_{tiles}") : "anyres";

    /// <summary>Reads the limit on tiles from <c>anyres</c> or <c>anyres_max_N</c>.</summary>
    /// <param name="aspectRatio">The text, as in <c>vision_aspect_ratio</c>.</param>
    /// <param name="maxTiles">N, or null for no limit.</param>
    /// <returns>False when the text is neither.</returns>
    public static bool TryParseAspectRatio(string aspectRatio, out int? maxTiles)
    {
        maxTiles = null;
        if (aspectRatio == "anyres")
            return true;
        const string prefix = "anyres_max_";
        if (!aspectRatio.StartsWith(prefix, StringComparison.Ordinal)
            || !int.TryParse(aspectRatio.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int tiles)
            || tiles < 1)
            return false;
        maxTiles = tiles;
        return true;
    }

    /// <summary>Reads <c>preprocessor_config.json</c>, or the image processor inside <c>processor_config.json</c>, of a checkpoint directory.</summary>
    /// <param name="directory">The checkpoint directory.</param>
    /// <param name="aspectRatio"><c>vision_aspect_ratio</c> of <c>config.json</c>, which wins over the processor's; null when the config has none.</param>
    /// <exception cref="FileNotFoundException">Neither file is there.</exception>
    /// <exception cref="InvalidDataException">A value is missing, of the wrong kind or out of range; the message names file and key.</exception>
    public static ImageProcessorConfig Load(string directory, string? aspectRatio = null) => ImageProcessorConfigReader.Load(directory, aspectRatio);

    /// <summary>Writes <c>preprocessor_config.json</c> and <c>processor_config.json</c> as transformers does.</summary>
    /// <param name="directory">An existing checkpoint directory.</param>
    /// <param name="vision">The encoder that reads the pictures.</param>
    public void Save(string directory, Models.ImageEncoderConfig vision) => ImageProcessorConfigWriter.Save(this, directory, vision);
}

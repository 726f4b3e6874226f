using Nunchi.Images;

namespace Nunchi.Models;

/// <summary>
/// An image encoder, a projector and a text decoder, as <c>config.json</c> of a checkpoint describes them. The defaults are those of LLaVA-OneVision.
/// </summary>
public sealed record VisionLanguageConfig
{
    /// <summary>The name of LLaVA-OneVision in <c>model_type</c>.</summary>
    public const string LlavaOnevision = "llava_onevision";

    /// <summary>The name of LLaVA-NeXT in <c>model_type</c>.</summary>
    public const string LlavaNext = "llava_next";

    /// <summary>The name of LLaVA-1.5 in <c>model_type</c>.</summary>
    public const string Llava = "llava";

    /// <summary>The family's name in <c>model_type</c>.</summary>
    public string Family { get; init; } = LlavaOnevision;

    /// <summary>The image encoder.</summary>
    public required ImageEncoderConfig Vision { get; init; }

    /// <summary>The text decoder.</summary>
    public required TextDecoderConfig Text { get; init; }

    /// <summary>Id of the token whose places take image features.</summary>
    public int ImageTokenId { get; init; } = 151646;

    /// <summary>Id of the token for video, kept for writing; null when the checkpoint names none.</summary>
    public int? VideoTokenId { get; init; } = 151647;

    /// <summary>Which of the encoder's hidden states are the features: -1 the last layer's, -2 the one before it, n that of layer n.</summary>
    public int VisionFeatureLayer { get; init; } = -1;

    /// <summary>Whether pictures are cut into tiles and each row of their features ends with the newline vector; LLaVA-1.5 sees one square and has no such vector.</summary>
    public bool TilesPictures { get; init; } = true;

    /// <summary>Whether several pictures of one conversation are each cut into tiles (LLaVA-NeXT); LLaVA-OneVision sees each of them once.</summary>
    public bool TilesSeveralPictures { get; init; }

    /// <summary>"anyres" or "anyres_max_N": more than about 1.1 sqrt(N) tiles' worth of features a side is shrunk.</summary>
    public string VisionAspectRatio { get; init; } = "anyres_max_9";

    /// <summary>The canvases for tiles in pixels, in the order in which they are tried; empty where pictures are not tiled.</summary>
    public IReadOnlyList<ImageSize> GridPinpoints { get; init; } = DefaultPinpoints(384, 6);

    /// <summary>Activation between the projector's layers: "gelu" or "gelu_pytorch_tanh".</summary>
    public string ProjectorActivation { get; init; } = "gelu";

    /// <summary>Whether the projector's layers have biases.</summary>
    public bool ProjectorBias { get; init; } = true;

    /// <summary>Encoder layers whose output is used.</summary>
    public int VisionLayersUsed => VisionFeatureLayer < 0 ? Vision.Layers + 1 + VisionFeatureLayer : VisionFeatureLayer;

    /// <summary>How pictures of one conversation are shown when nobody asks for another way, as the reference does it.</summary>
    /// <param name="pictures">Pictures in the conversation.</param>
    public TilingMode DefaultTiling(int pictures) => pictures > 1 && !TilesSeveralPictures ? TilingMode.SingleView : TilingMode.AnyRes;

    /// <summary>All canvases of up to <paramref name="most"/> tiles a side: height outer, width inner, ascending.</summary>
    /// <param name="tile">Side of a tile in pixels.</param>
    /// <param name="most">Most tiles a side.</param>
    public static IReadOnlyList<ImageSize> DefaultPinpoints(int tile, int most) =>
        [.. from row in Enumerable.Range(1, most) from column in Enumerable.Range(1, most) select new ImageSize(row * tile, column * tile)];
}

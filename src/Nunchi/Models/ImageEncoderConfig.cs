namespace Nunchi.Models;

/// <summary>Sizes and switches of an image encoder: SigLIP (<c>siglip_vision_model</c>) or CLIP (<c>clip_vision_model</c>). Defaults are those of SigLIP's class in transformers.</summary>
public sealed record ImageEncoderConfig
{
    /// <summary>The name of SigLIP in <c>model_type</c>; the fixed-resolution encoders of SigLIP 2 carry it too.</summary>
    public const string Siglip = "siglip_vision_model";

    /// <summary>The name of CLIP in <c>model_type</c>.</summary>
    public const string Clip = "clip_vision_model";

    /// <summary>The family as checkpoints call it: <see cref="Siglip"/> or <see cref="Clip"/>.</summary>
    public string Family { get; init; } = Siglip;

    /// <summary>Width of a token.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Width inside the feed-forward part.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Layers in the checkpoint.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads; divides <see cref="HiddenSize"/>.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Side of a crop in pixels.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Side of a patch in pixels; pixels right of and below the last whole patch are not read.</summary>
    public int PatchSize { get; init; } = 16;

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary>Activation of the feed-forward part: "gelu_pytorch_tanh", "gelu" or "quick_gelu".</summary>
    public string Activation { get; init; } = "gelu_pytorch_tanh";

    /// <summary>The first token of the sequence is no feature ("default" selection): with CLIP the class token, with SigLIP, which has none, the first patch.</summary>
    public bool DropsFirstToken { get; init; }

    /// <summary>Floats per head.</summary>
    public int HeadSize => HiddenSize / Heads;

    /// <summary>Patches along one side of a crop.</summary>
    public int TokensPerSide => ImageSize / PatchSize;

    /// <summary>Patches of one crop.</summary>
    public int Tokens => TokensPerSide * TokensPerSide;

    /// <summary>Whether a learned class token stands before the patches.</summary>
    public bool HasClassToken => Family == Clip;

    /// <summary>Tokens of the sequence that the layers see for one crop.</summary>
    public int SequenceLength => Tokens + (HasClassToken ? 1 : 0);

    /// <summary>Features that one crop gives.</summary>
    public int FeaturesPerCrop => SequenceLength - (DropsFirstToken ? 1 : 0);

    /// <summary>Values of one patch: three channels.</summary>
    public int PatchLength => 3 * PatchSize * PatchSize;
}

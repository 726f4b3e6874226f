namespace Nunchi.Models;

/// <summary>Sizes of a SigLIP image encoder (<c>siglip_vision_model</c>). Defaults are those of the class in transformers.</summary>
public sealed record SiglipVisionConfig
{
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

    /// <summary>Activation of the feed-forward part: "gelu_pytorch_tanh" or "gelu".</summary>
    public string Activation { get; init; } = "gelu_pytorch_tanh";

    /// <summary>Floats per head.</summary>
    public int HeadSize => HiddenSize / Heads;

    /// <summary>Tokens along one side of a crop.</summary>
    public int TokensPerSide => ImageSize / PatchSize;

    /// <summary>Tokens of one crop.</summary>
    public int Tokens => TokensPerSide * TokensPerSide;

    /// <summary>Values of one patch: three channels.</summary>
    public int PatchLength => 3 * PatchSize * PatchSize;
}

namespace Nunchi.Models;

/// <summary>Reads the image encoder's part of <c>config.json</c>.</summary>
internal static class VisionConfigReader
{
    private static readonly ImageEncoderConfig SiglipDefaults = new();

    private static readonly ImageEncoderConfig ClipDefaults = new()
    {
        Family = ImageEncoderConfig.Clip,
        PatchSize = 32,
        LayerNormEpsilon = 1e-5,
        Activation = "quick_gelu",
    };

    internal static ImageEncoderConfig Read(ConfigSection section, string familyWhenUnnamed, bool dropsFirstToken)
    {
        string family = section.Choice("model_type", familyWhenUnnamed, ImageEncoderConfig.Siglip, ImageEncoderConfig.Clip);
        ImageEncoderConfig defaults = family == ImageEncoderConfig.Clip ? ClipDefaults : SiglipDefaults;
        section.Integer("num_channels", 3, 3, 3);
        var config = new ImageEncoderConfig
        {
            Family = family,
            HiddenSize = section.Integer("hidden_size", defaults.HiddenSize, 1, TextConfigReader.MaximumSize),
            IntermediateSize = section.Integer("intermediate_size", defaults.IntermediateSize, 1, TextConfigReader.MaximumSize),
            Layers = section.Integer("num_hidden_layers", defaults.Layers, 1, TextConfigReader.MaximumLayers),
            Heads = section.Integer("num_attention_heads", defaults.Heads, 1, TextConfigReader.MaximumSize),
            ImageSize = section.Integer("image_size", defaults.ImageSize, 1, 4096),
            PatchSize = section.Integer("patch_size", defaults.PatchSize, 1, 4096),
            LayerNormEpsilon = section.Number("layer_norm_eps", defaults.LayerNormEpsilon, 0, 1),
            Activation = section.Choice("hidden_act", defaults.Activation, "gelu_pytorch_tanh", "gelu", "quick_gelu"),
            DropsFirstToken = dropsFirstToken,
        };
        if (config.HiddenSize % config.Heads != 0)
            throw section.Wrong("num_attention_heads", $"a divisor of hidden_size {config.HiddenSize}");
        if (config.PatchSize > config.ImageSize)
            throw section.Wrong("patch_size", $"at most the image_size {config.ImageSize}");
        return config.FeaturesPerCrop >= 1 ? config : throw section.Wrong("patch_size", "two patches or more, since the first one is dropped");
    }
}

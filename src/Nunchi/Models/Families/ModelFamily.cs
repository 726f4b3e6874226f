using System.Text.Json;
using Nunchi.Images;

namespace Nunchi.Models.Families;

/// <summary>What sets a family of checkpoints apart: how its <c>config.json</c> is read, and how its tensors are named. All else is shared.</summary>
internal abstract class ModelFamily
{
    /// <summary>The name in <c>model_type</c>.</summary>
    internal abstract string Name { get; }

    /// <summary>The name of the class in transformers, for <c>architectures</c>.</summary>
    internal abstract string ArchitectureName { get; }

    /// <summary>Beginnings of published tensor names and what takes their place. The first that fits is replaced: longer ones come before shorter ones that they begin with.</summary>
    internal abstract IReadOnlyList<NamePrefix> Names { get; }

    /// <summary>Beginnings of our names and what release 5 of transformers writes in their place; the first that fits is replaced.</summary>
    internal abstract IReadOnlyList<NamePrefix> WrittenNames { get; }

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <exception cref="InvalidDataException">A feature is not supported or a value is wrong; the message names file and key.</exception>
    internal abstract VisionLanguageConfig Read(ConfigSection root);

    /// <summary>What all families of this kind write alike; families change the rest with <c>with</c>.</summary>
    private protected static VisionLanguageConfig ReadCommon(ConfigSection root, FamilyDefaults defaults)
    {
        if (root.Kind("vision_feature_layer") == JsonValueKind.Array)
            throw root.Wrong("vision_feature_layer", "one layer; features joined from several layers are not supported");
        TextDecoderConfig text = TextConfigReader.Read(root.Section("text_config") ?? throw root.Wrong("text_config", "the decoder's configuration"), defaults.TextFamily, root.OptionalBoolean("tie_word_embeddings"));
        bool drops = root.Choice("vision_feature_select_strategy", defaults.SelectStrategy, "default", "full") == "default";
        ImageEncoderConfig vision = root.Section("vision_config") is { } section
            ? VisionConfigReader.Read(section, defaults.VisionFamily, drops)
            : (defaults.Vision ?? throw root.Wrong("vision_config", "the image encoder's configuration")) with { DropsFirstToken = drops };
        return new VisionLanguageConfig
        {
            Vision = vision,
            Text = text,
            ImageTokenId = root.OptionalInteger("image_token_id", 0, text.VocabularySize - 1) ?? root.Integer("image_token_index", defaults.ImageTokenId, 0, text.VocabularySize - 1),
            VisionFeatureLayer = root.Integer("vision_feature_layer", defaults.FeatureLayer, -vision.Layers - 1, vision.Layers),
            ProjectorActivation = root.Choice("projector_hidden_act", "gelu", "gelu", "gelu_pytorch_tanh"),
            ProjectorBias = root.Boolean("multimodal_projector_bias", true),
        };
    }

    private protected static IReadOnlyList<ImageSize> ReadPinpoints(ConfigSection root, int tile, IReadOnlyList<ImageSize> fallback)
    {
        if (root.Lists("image_grid_pinpoints", 1, 1 << 16) is not { } lists)
            return fallback;
        if (lists.Count is 0 or > 4096 || lists.Any(pair => pair.Count != 2 || pair.Any(side => side % tile != 0)))
            throw root.Wrong("image_grid_pinpoints", $"1 to 4096 pairs [height, width], each a multiple of the tile's {tile} pixels");
        return [.. lists.Select(pair => new ImageSize(pair[0], pair[1]))];
    }
}

/// <summary>A beginning of tensor names and what takes its place.</summary>
/// <param name="From">The beginning.</param>
/// <param name="To">What takes its place.</param>
internal readonly record struct NamePrefix(string From, string To);

/// <summary>What the class of a family in transformers takes where <c>config.json</c> is silent.</summary>
internal sealed record FamilyDefaults
{
    internal required string TextFamily { get; init; }

    internal required string VisionFamily { get; init; }

    /// <summary>The encoder when the file has no <c>vision_config</c>; null when it must have one.</summary>
    internal ImageEncoderConfig? Vision { get; init; }

    internal required string SelectStrategy { get; init; }

    internal required int FeatureLayer { get; init; }

    internal required int ImageTokenId { get; init; }
}

using Nunchi.Images;

namespace Nunchi.Models;

/// <summary>Reads <c>config.json</c>. What a file leaves out has the default of the class in transformers that wrote it.</summary>
public static class ConfigReader
{
    /// <summary>Families that can be loaded.</summary>
    public static IReadOnlyList<string> KnownFamilies { get; } = [LlavaOnevisionConfig.ModelType];

    private const int MaximumSize = 1 << 20;
    private const int MaximumLayers = 1024;

    /// <summary>Reads the configuration of a checkpoint directory.</summary>
    /// <param name="directory">A Hugging Face directory.</param>
    /// <exception cref="FileNotFoundException">The directory or its <c>config.json</c> is not there.</exception>
    /// <exception cref="InvalidDataException">The family is unknown, a feature is not supported, or a value is wrong; the message names file and key.</exception>
    public static LlavaOnevisionConfig Load(string directory)
    {
        string file = Path.Combine(directory, "config.json");
        if (!Directory.Exists(directory))
            throw new FileNotFoundException($"There is no checkpoint directory \"{directory}\".", directory);
        if (!File.Exists(file))
            throw new FileNotFoundException($"\"{directory}\" is no checkpoint directory: it has no config.json.", file);
        ConfigSection root = ConfigSection.Load(file);
        string? family = root.Text("model_type");
        if (family != LlavaOnevisionConfig.ModelType)
            throw root.Wrong("model_type", $"a family that is known: {string.Join(", ", KnownFamilies)}");
        return ReadOnevision(root);
    }

    private static LlavaOnevisionConfig ReadOnevision(ConfigSection root)
    {
        bool? tied = root.OptionalBoolean("tie_word_embeddings");
        TextDecoderConfig text = ReadText(root.Section("text_config") ?? throw root.Wrong("text_config", "the decoder's configuration"), tied);
        SiglipVisionConfig vision = ReadVision(root.Section("vision_config") ?? throw root.Wrong("vision_config", "the image encoder's configuration"));
        if (root.Kind("vision_feature_layer") == System.Text.Json.JsonValueKind.Array)
            throw root.Wrong("vision_feature_layer", "one layer; features joined from several layers are not supported");
        root.Choice("vision_feature_select_strategy", "full", "full");
        string aspect = root.Text("vision_aspect_ratio") ?? "anyres_max_9";
        if (aspect != "anyres" && !(aspect.StartsWith("anyres_max_", StringComparison.Ordinal) && int.TryParse(aspect.AsSpan("anyres_max_".Length), out int most) && most > 0))
            throw root.Wrong("vision_aspect_ratio", "anyres or anyres_max_N");
        var config = new LlavaOnevisionConfig
        {
            Vision = vision,
            Text = text,
            ImageTokenId = root.OptionalInteger("image_token_id", 0, text.VocabularySize - 1) ?? root.Integer("image_token_index", 151646, 0, text.VocabularySize - 1),
            VideoTokenId = root.OptionalInteger("video_token_id", 0, int.MaxValue) ?? root.Integer("video_token_index", 151647, 0, int.MaxValue),
            VisionFeatureLayer = root.Integer("vision_feature_layer", -1, -vision.Layers - 1, vision.Layers),
            VisionAspectRatio = aspect,
            GridPinpoints = ReadPinpoints(root, vision.ImageSize),
            ProjectorActivation = root.Choice("projector_hidden_act", "gelu", "gelu", "gelu_pytorch_tanh"),
            ProjectorBias = root.Boolean("multimodal_projector_bias", true),
        };
        return config.VisionLayersUsed is >= 1 ? config : throw root.Wrong("vision_feature_layer", "a layer's output, not the embeddings");
    }

    private static IReadOnlyList<ImageSize> ReadPinpoints(ConfigSection root, int tile)
    {
        if (root.Lists("image_grid_pinpoints", 1, 1 << 16) is not { } lists)
            return LlavaOnevisionConfig.DefaultPinpoints(384, 6);
        if (lists.Count is 0 or > 4096 || lists.Any(pair => pair.Count != 2 || pair.Any(side => side % tile != 0)))
            throw root.Wrong("image_grid_pinpoints", $"1 to 4096 pairs [height, width], each a multiple of the tile's {tile} pixels");
        return [.. lists.Select(pair => new ImageSize(pair[0], pair[1]))];
    }

    private static SiglipVisionConfig ReadVision(ConfigSection section)
    {
        section.Choice("model_type", "siglip_vision_model", "siglip_vision_model");
        section.Integer("num_channels", 3, 3, 3);
        var config = new SiglipVisionConfig
        {
            HiddenSize = section.Integer("hidden_size", 768, 1, MaximumSize),
            IntermediateSize = section.Integer("intermediate_size", 3072, 1, MaximumSize),
            Layers = section.Integer("num_hidden_layers", 12, 1, MaximumLayers),
            Heads = section.Integer("num_attention_heads", 12, 1, MaximumSize),
            ImageSize = section.Integer("image_size", 224, 1, 4096),
            PatchSize = section.Integer("patch_size", 16, 1, 4096),
            LayerNormEpsilon = section.Number("layer_norm_eps", 1e-6, 0, 1),
            Activation = section.Choice("hidden_act", "gelu_pytorch_tanh", "gelu_pytorch_tanh", "gelu"),
        };
        if (config.HiddenSize % config.Heads != 0)
            throw section.Wrong("num_attention_heads", $"a divisor of hidden_size {config.HiddenSize}");
        return config.PatchSize <= config.ImageSize ? config : throw section.Wrong("patch_size", $"at most the image_size {config.ImageSize}");
    }

    private static TextDecoderConfig ReadText(ConfigSection section, bool? tiedAbove)
    {
        string family = section.Choice("model_type", "qwen2", "qwen2", "qwen3", "llama");
        section.Choice("hidden_act", "silu", "silu");
        if (section.Boolean("mlp_bias", false))
            throw section.Wrong("mlp_bias", "false; biases in the feed-forward part are not supported");
        RefuseSlidingWindow(section);
        int hidden = section.Integer("hidden_size", 4096, 1, MaximumSize);
        int heads = section.Integer("num_attention_heads", 32, 1, MaximumSize);
        int keyHeads = section.Integer("num_key_value_heads", family == "llama" ? heads : 32, 1, MaximumSize);
        bool bias = section.Boolean("attention_bias", false);
        if (heads % keyHeads != 0)
            throw section.Wrong("num_key_value_heads", $"a divisor of num_attention_heads {heads}");
        int headSize = section.Integer("head_dim", family == "qwen3" ? 128 : hidden / heads, 1, 4096);
        if (headSize % 2 != 0)
            throw section.Wrong("head_dim", "an even number");
        int vocabulary = section.Integer("vocab_size", family == "llama" ? 32000 : 151936, 1, 1 << 24);
        return new TextDecoderConfig
        {
            Family = family,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = section.Integer("intermediate_size", family == "llama" ? 11008 : 22016, 1, MaximumSize),
            Layers = section.Integer("num_hidden_layers", 32, 1, MaximumLayers),
            QueryHeads = heads,
            KeyHeads = keyHeads,
            HeadSize = headSize,
            RopeTheta = ReadRope(section),
            RmsNormEpsilon = section.Number("rms_norm_eps", 1e-6, 0, 1),
            AttentionBias = family == "qwen2" || bias,
            OutputBias = family != "qwen2" && bias,
            QueryKeyNorm = family == "qwen3",
            TieWordEmbeddings = tiedAbove == true || section.Boolean("tie_word_embeddings", false),
            MaxPositions = section.Integer("max_position_embeddings", family == "llama" ? 2048 : 32768, 1, 1 << 24),
            InitializerRange = section.Number("initializer_range", 0.02, 0, 1),
            BosTokenId = section.OptionalInteger("bos_token_id", 0, int.MaxValue),
            EosTokenIds = section.IntegerOrList("eos_token_id", 0, int.MaxValue),
            PadTokenId = section.OptionalInteger("pad_token_id", -1, int.MaxValue),
        };
    }

    /// <summary>Release 5 writes <c>rope_parameters</c>, earlier ones <c>rope_theta</c> and <c>rope_scaling</c>.</summary>
    private static double ReadRope(ConfigSection section)
    {
        ConfigSection? parameters = section.Section("rope_parameters");
        foreach (ConfigSection? scaling in (ReadOnlySpan<ConfigSection?>)[parameters, section.Section("rope_scaling")])
        {
            if (scaling is not { } rope)
                continue;
            string key = rope.Text("rope_type") != null ? "rope_type" : "type";
            if ((rope.Text(key) ?? "default") is not "default")
                throw rope.Wrong(key, "default; other kinds of rotary scaling are not supported");
            if (rope.Number("partial_rotary_factor", 1, 0, 1) != 1)
                throw rope.Wrong("partial_rotary_factor", "1; rotating a part of each head is not supported");
        }
        double outer = section.Number("rope_theta", 10000, 1, 1e12);
        return parameters?.Number("rope_theta", outer, 1, 1e12) ?? outer;
    }

    private static void RefuseSlidingWindow(ConfigSection section)
    {
        if (section.Boolean("use_sliding_window", false))
            throw section.Wrong("use_sliding_window", "false; attention in a sliding window is not supported");
        if (section.Texts("layer_types").Any(type => type != "full_attention"))
            throw section.Wrong("layer_types", "full_attention everywhere");
    }
}

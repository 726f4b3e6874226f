namespace Nunchi.Models;

/// <summary>Reads the text decoder's part of <c>config.json</c>: one row of defaults a family, as the classes of transformers have them.</summary>
internal static class TextConfigReader
{
    internal const int MaximumSize = 1 << 20;
    internal const int MaximumLayers = 1024;

    private static readonly TextDecoderConfig[] Families =
    [
        new() { Family = "qwen2", QueryKeyNorm = false, HeadSize = 0 },
        new() { Family = "qwen3", HeadSize = 128 },
        new() { Family = "llama", QueryKeyNorm = false, HeadSize = 0, VocabularySize = 32000, IntermediateSize = 11008, KeyHeads = 0, MaxPositions = 2048, BosTokenId = 1, EosTokenIds = [2] },
        new() { Family = "mistral", QueryKeyNorm = false, HeadSize = 0, VocabularySize = 32000, IntermediateSize = 14336, KeyHeads = 8, MaxPositions = 131072, BosTokenId = 1, EosTokenIds = [2] },
    ];

    internal static IReadOnlyList<string> KnownFamilies { get; } = [.. Families.Select(family => family.Family)];

    internal static TextDecoderConfig Read(ConfigSection section, string familyWhenUnnamed, bool? tiedAbove)
    {
        string family = section.Choice("model_type", familyWhenUnnamed, [.. KnownFamilies]);
        TextDecoderConfig defaults = Families.Single(row => row.Family == family);
        section.Choice("hidden_act", "silu", "silu");
        if (section.Boolean("mlp_bias", false))
            throw section.Wrong("mlp_bias", "false; biases in the feed-forward part are not supported");
        int hidden = section.Integer("hidden_size", defaults.HiddenSize, 1, MaximumSize);
        int heads = section.Integer("num_attention_heads", defaults.QueryHeads, 1, MaximumSize);
        int keyHeads = section.Integer("num_key_value_heads", defaults.KeyHeads == 0 || section.IsNull("num_key_value_heads") ? heads : defaults.KeyHeads, 1, MaximumSize);
        if (heads % keyHeads != 0)
            throw section.Wrong("num_key_value_heads", $"a divisor of num_attention_heads {heads}");
        int headSize = section.Integer("head_dim", defaults.HeadSize == 0 || section.IsNull("head_dim") ? hidden / heads : defaults.HeadSize, 1, 4096);
        if (headSize % 2 != 0 || headSize == 0)
            throw section.Wrong("head_dim", "an even number");
        bool bias = section.Boolean("attention_bias", false);
        int positions = section.Integer("max_position_embeddings", defaults.MaxPositions, 1, 1 << 24);
        RopeScaling? scaling = RopeConfigReader.Scaling(section, positions);
        IReadOnlyList<int> ends = section.IntegerOrList("eos_token_id", 0, int.MaxValue);
        return new TextDecoderConfig
        {
            Family = family,
            VocabularySize = section.Integer("vocab_size", defaults.VocabularySize, 1, 1 << 24),
            HiddenSize = hidden,
            IntermediateSize = section.Integer("intermediate_size", defaults.IntermediateSize, 1, MaximumSize),
            Layers = section.Integer("num_hidden_layers", defaults.Layers, 1, MaximumLayers),
            QueryHeads = heads,
            KeyHeads = keyHeads,
            HeadSize = headSize,
            RopeTheta = RopeConfigReader.Theta(section),
            RopeScaling = scaling,
            RmsNormEpsilon = section.Number("rms_norm_eps", 1e-6, 0, 1),
            AttentionBias = family == "qwen2" || bias,
            OutputBias = family != "qwen2" && bias,
            QueryKeyNorm = defaults.QueryKeyNorm,
            TieWordEmbeddings = tiedAbove == true || section.Boolean("tie_word_embeddings", false),
            MaxPositions = Math.Min(RopeConfigReader.Positions(scaling, positions), Window(section, family)),
            InitializerRange = section.Number("initializer_range", 0.02, 0, 1),
            BosTokenId = section.OptionalInteger("bos_token_id", 0, int.MaxValue) ?? (section.IsNull("bos_token_id") ? null : defaults.BosTokenId),
            EosTokenIds = ends.Count > 0 || section.IsNull("eos_token_id") ? ends : defaults.EosTokenIds,
            PadTokenId = section.OptionalInteger("pad_token_id", -1, int.MaxValue),
        };
    }

    /// <summary>
    /// The longest sequence for which attention in a sliding window is the same as attention to everything. Mistral's window is on unless the file says null;
    /// Qwen's is off unless the file switches it on, and then holds for some layers only, which is refused.
    /// </summary>
    private static int Window(ConfigSection section, string family)
    {
        if (section.Boolean("use_sliding_window", false))
            throw section.Wrong("use_sliding_window", "false; attention in a sliding window is not supported");
        if (section.Texts("layer_types").Any(type => type != "full_attention" && !(family == "mistral" && type == "sliding_attention")))
            throw section.Wrong("layer_types", "full_attention everywhere");
        return family != "mistral" || section.IsNull("sliding_window") ? int.MaxValue : section.Integer("sliding_window", 4096, 1, int.MaxValue);
    }
}

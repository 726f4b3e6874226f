namespace Nunchi.Checkpoints;

/// <summary>
/// The one table between the tensor names that releases of transformers and LLaVA-NeXT have written and the names of a model's parameters.
/// </summary>
public static class CheckpointLayout
{
    // The first prefix that fits is replaced. Longer prefixes come before shorter ones that they begin with.
    private static readonly (string Published, string Ours)[] Prefixes =
    [
        // LLaVA-NeXT's own code
        ("model.vision_tower.vision_tower.vision_model.", "model.vision_tower."),
        ("model.mm_projector.0.", "model.multi_modal_projector.linear_1."),
        ("model.mm_projector.2.", "model.multi_modal_projector.linear_2."),
        ("model.layers.", "model.language_model.layers."),
        ("model.embed_tokens.", "model.language_model.embed_tokens."),
        ("model.norm.", "model.language_model.norm."),
        // transformers' module names, with and without the inner vision_model
        ("model.vision_tower.vision_model.", "model.vision_tower."),
        ("model.vision_tower.", "model.vision_tower."),
        ("model.multi_modal_projector.", "model.multi_modal_projector."),
        ("model.language_model.", "model.language_model."),
        ("model.image_newline", "model.image_newline"),
        ("lm_head.", "lm_head."),
        // transformers' files: releases up to 4.5x and, without vision_model, release 5
        ("language_model.model.", "model.language_model."),
        ("language_model.lm_head.", "lm_head."),
        ("vision_tower.vision_model.", "model.vision_tower."),
        ("vision_tower.", "model.vision_tower."),
        ("multi_modal_projector.", "model.multi_modal_projector."),
        ("image_newline", "model.image_newline"),
    ];

    private static readonly (string Ours, string Written)[] WrittenPrefixes =
    [
        ("model.language_model.", "language_model.model."),
        ("lm_head.", "language_model.lm_head."),
        ("model.", ""),
    ];

    /// <summary>Our name of a published tensor; null when no layout knows it.</summary>
    public static string? ToParameterName(string published)
    {
        foreach (var (prefix, ours) in Prefixes)
        {
            if (published.StartsWith(prefix, StringComparison.Ordinal))
                return string.Concat(ours, published.AsSpan(prefix.Length));
        }
        return null;
    }

    /// <summary>The name under which transformers 5 writes a parameter.</summary>
    public static string ToWrittenName(string parameter)
    {
        foreach (var (prefix, written) in WrittenPrefixes)
        {
            if (parameter.StartsWith(prefix, StringComparison.Ordinal))
                return string.Concat(written, parameter.AsSpan(prefix.Length));
        }
        throw new ArgumentException($"No layout has a place for \"{parameter}\".", nameof(parameter));
    }

    /// <summary>Tensors that checkpoints may hold and that no computation needs: rotary frequencies, position ids, the encoder's pooling head, unused encoder layers.</summary>
    /// <param name="name">Our name of the tensor.</param>
    /// <param name="layersUsed">Encoder layers that run.</param>
    /// <param name="layers">Encoder layers that the configuration names.</param>
    internal static bool IsIgnored(string name, int layersUsed, int layers)
    {
        const string Vision = "model.vision_tower.", Layer = Vision + "encoder.layers.";
        if (name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || name.StartsWith(Vision + "head.", StringComparison.Ordinal) || name == Vision + "embeddings.position_ids")
            return true;
        if (!name.StartsWith(Layer, StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> rest = name.AsSpan(Layer.Length);
        int dot = rest.IndexOf('.');
        return dot > 0 && int.TryParse(rest[..dot], out int layer) && layer >= layersUsed && layer < layers;
    }

    /// <summary>Parameters that a checkpoint may lack because no computation needs them.</summary>
    internal static bool IsOptional(string parameter) => parameter.StartsWith("model.vision_tower.post_layernorm.", StringComparison.Ordinal);
}

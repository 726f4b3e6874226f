using Nunchi.Models;
using Nunchi.Models.Families;

namespace Nunchi.Checkpoints;

/// <summary>
/// Between the tensor names that releases of transformers and LLaVA's own code have written and the names of a model's parameters. The table is the family's
/// (<see cref="ModelFamily.Names"/>).
/// </summary>
internal static class CheckpointLayout
{
    /// <summary>Our name of a published tensor; null when no layout of the family knows it.</summary>
    internal static string? ToParameterName(ModelFamily family, string published) => Replace(family.Names, published);

    /// <summary>The name under which transformers 5 writes a parameter.</summary>
    /// <exception cref="ArgumentException">The family has no place for it.</exception>
    internal static string ToWrittenName(ModelFamily family, string parameter) =>
        Replace(family.WrittenNames, parameter) ?? throw new ArgumentException($"{family.Name} has no place for \"{parameter}\".", nameof(parameter));

    /// <summary>Tensors that checkpoints may hold and that no computation needs: rotary frequencies, position ids, an encoder's pooling head, unused encoder layers.</summary>
    /// <param name="name">Our name of the tensor.</param>
    /// <param name="config">The model's configuration.</param>
    internal static bool IsIgnored(string name, VisionLanguageConfig config)
    {
        const string Vision = "model.vision_tower.", Layer = Vision + "encoder.layers.";
        if (name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || name.StartsWith(Vision + "head.", StringComparison.Ordinal) || name == Vision + "embeddings.position_ids")
            return true;
        if (!name.StartsWith(Layer, StringComparison.Ordinal))
            return false;
        ReadOnlySpan<char> rest = name.AsSpan(Layer.Length);
        int dot = rest.IndexOf('.');
        return dot > 0 && int.TryParse(rest[..dot], out int layer) && layer >= config.VisionLayersUsed && layer < config.Vision.Layers;
    }

    /// <summary>Parameters that a checkpoint may lack because no computation needs them.</summary>
    internal static bool IsOptional(string parameter) => parameter.StartsWith("model.vision_tower.post_layernorm.", StringComparison.Ordinal);

    private static string? Replace(IReadOnlyList<NamePrefix> table, string name)
    {
        foreach (NamePrefix row in table)
        {
            if (name.StartsWith(row.From, StringComparison.Ordinal))
                return string.Concat(row.To, name.AsSpan(row.From.Length));
        }
        return null;
    }
}

namespace Nunchi.Models;

/// <summary>Reads base and scaling of the rotary embedding: release 5 writes <c>rope_parameters</c>, earlier ones <c>rope_theta</c> and <c>rope_scaling</c>.</summary>
internal static class RopeConfigReader
{
    private const double LargestTheta = 1e12;

    internal static double Theta(ConfigSection section)
    {
        double outer = section.Number("rope_theta", 10000, 1, LargestTheta);
        return section.Section("rope_parameters")?.Number("rope_theta", outer, 1, LargestTheta) ?? outer;
    }

    internal static RopeScaling? Scaling(ConfigSection section, int positions)
    {
        RopeScaling? found = null;
        foreach (ConfigSection? candidate in (ReadOnlySpan<ConfigSection?>)[section.Section("rope_parameters"), section.Section("rope_scaling")])
        {
            if (candidate is { } rope)
                found ??= Read(rope, section, positions);
        }
        return found;
    }

    /// <summary>The longest sequence. Yarn's factor says how far beyond its original positions a model goes, whatever <c>max_position_embeddings</c> says.</summary>
    internal static int Positions(RopeScaling? scaling, int positions) => scaling is { Kind: RopeScalingKind.Yarn } yarn
        ? (int)Math.Min(Math.Max(positions, yarn.OriginalPositions * yarn.Factor), 1 << 24)
        : positions;

    private static RopeScaling? Read(ConfigSection rope, ConfigSection section, int positions)
    {
        string key = rope.Text("rope_type") != null ? "rope_type" : "type";
        string kind = rope.Text(key) ?? "default";
        if (rope.Number("partial_rotary_factor", 1, 0, 1) != 1)
            throw rope.Wrong("partial_rotary_factor", "1; rotating a part of each head is not supported");
        int original = rope.Integer("original_max_position_embeddings", section.Integer("original_max_position_embeddings", positions, 1, 1 << 24), 1, 1 << 24);
        return kind switch
        {
            "default" => null,
            "linear" => new RopeScaling(RopeScalingKind.Linear, Factor(rope)),
            "dynamic" => new RopeScaling(RopeScalingKind.Dynamic, Factor(rope)),
            "yarn" => Yarn(rope, original, positions),
            "llama3" => Llama3(rope, original),
            _ => throw rope.Wrong(key, "default, linear, dynamic, yarn or llama3; other kinds of rotary scaling are not supported"),
        };
    }

    private static RopeScaling Yarn(ConfigSection rope, int original, int positions)
    {
        double factor = rope.Kind("factor") == System.Text.Json.JsonValueKind.Undefined ? (double)positions / original : Factor(rope);
        double mscale = rope.Number("mscale", 0, 0, 100), mscaleAll = rope.Number("mscale_all_dim", 0, 0, 100);
        double attention = rope.Number("attention_factor", 0, 0, 100);
        if (attention == 0 && mscale != 0 && mscaleAll != 0)
            attention = RotaryFrequencies.YarnAttention(factor, mscale) / RotaryFrequencies.YarnAttention(factor, mscaleAll);
        var scaling = new RopeScaling(RopeScalingKind.Yarn, factor)
        {
            OriginalPositions = original,
            AttentionFactor = attention == 0 ? null : attention,
            BetaFast = rope.Number("beta_fast", 32, 1e-3, 1e6),
            BetaSlow = rope.Number("beta_slow", 1, 1e-3, 1e6),
            Truncate = rope.Boolean("truncate", true),
        };
        return scaling.BetaFast >= scaling.BetaSlow ? scaling : throw rope.Wrong("beta_fast", $"at least beta_slow {scaling.BetaSlow}");
    }

    private static RopeScaling Llama3(ConfigSection rope, int original)
    {
        foreach (string needed in (ReadOnlySpan<string>)["low_freq_factor", "high_freq_factor", "original_max_position_embeddings"])
        {
            if (rope.Kind(needed) == System.Text.Json.JsonValueKind.Undefined)
                throw rope.Wrong(needed, "a number, since rope_type is llama3");
        }
        var scaling = new RopeScaling(RopeScalingKind.Llama3, Factor(rope))
        {
            OriginalPositions = original,
            LowFrequencyFactor = rope.Number("low_freq_factor", 1, 1e-3, 1e6),
            HighFrequencyFactor = rope.Number("high_freq_factor", 4, 1e-3, 1e6),
        };
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor ? scaling : throw rope.Wrong("high_freq_factor", $"more than low_freq_factor {scaling.LowFrequencyFactor}");
    }

    private static double Factor(ConfigSection rope) => rope.Kind("factor") == System.Text.Json.JsonValueKind.Undefined
        ? throw rope.Wrong("factor", "a number of at least 1")
        : rope.Number("factor", 1, 1, 1e6);
}

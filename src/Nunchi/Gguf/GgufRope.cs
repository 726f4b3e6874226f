using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Gguf;

/// <summary>
/// Rotary positions in GGUF files. Linear and yarn scaling have keys; Llama 3.1's has none, its frequencies stand as divisors in a tensor, from which the parameters are found again.
/// </summary>
internal static class GgufRope
{
    public const string FactorsName = "rope_freqs.weight";

    /// <summary>Llama 3.1's parameters beside the factor, where they are not the usual ones; GGUF has no key for them.</summary>
    private const string Llama3Key = "nunchi.rope.llama3";

    public static void Add(GgufMetadata metadata, string directory, string prefix, TextDecoderConfig text)
    {
        metadata.AddNumber(prefix + "freq_base", text.RopeTheta);
        metadata.AddWhole(prefix + "dimension_count", text.HeadSize);
        switch (text.RopeScaling)
        {
            case { Kind: RopeScalingKind.Linear } linear:
                metadata.Add(prefix + "scaling.type", "linear");
                metadata.AddNumber(prefix + "scaling.factor", linear.Factor);
                break;
            case { Kind: RopeScalingKind.Yarn } yarn:
                if (!yarn.Truncate)
                    throw new InvalidDataException($"{directory}: yarn scaling with \"truncate\": false; llama.cpp always rounds the ramp's ends to whole dimensions.");
                metadata.Add(prefix + "scaling.type", "yarn");
                metadata.AddNumber(prefix + "scaling.factor", yarn.Factor);
                metadata.AddWhole(prefix + "scaling.original_context_length", yarn.OriginalPositions);
                metadata.AddNumber(prefix + "scaling.yarn_beta_fast", yarn.BetaFast);
                metadata.AddNumber(prefix + "scaling.yarn_beta_slow", yarn.BetaSlow);
                // llama.cpp multiplies its own 0.1 ln(factor) + 1 with this.
                metadata.AddNumber(prefix + "scaling.attn_factor", (yarn.AttentionFactor ?? RotaryFrequencies.YarnAttention(yarn.Factor)) / RotaryFrequencies.YarnAttention(yarn.Factor));
                break;
            case { Kind: RopeScalingKind.Llama3 } llama:
                if (GgufTextNames.Architecture(text.Family) != "llama")
                    throw new InvalidDataException($"{directory}: rotary scaling of the kind llama3 in a decoder of the family \"{text.Family}\"; llama.cpp knows it for llama only.");
                metadata.AddNumbers(Llama3Key, [(float)llama.Factor, (float)llama.LowFrequencyFactor, (float)llama.HighFrequencyFactor, llama.OriginalPositions]);
                break;
        }
    }

    /// <summary>What each frequency is divided by, for the tensor of that name; null where there is none.</summary>
    public static float[]? Factors(TextDecoderConfig text) => text.RopeScaling is { Kind: RopeScalingKind.Llama3 } llama ? Factors(text.HeadSize, text.RopeTheta, llama) : null;

    /// <exception cref="InvalidDataException">The scaling is of another kind, or its frequencies are none that the known kinds give.</exception>
    public static RopeScaling? Read(GgufFile file, string prefix, int headSize, double theta)
    {
        double Factor() => file.Number(prefix + "scaling.factor") is { } factor and >= 1 and <= 1e6 ? factor : throw file.Wrong(prefix + "scaling.factor", "a number from 1 to 1e6");
        RopeScaling? scaling = file.Text(prefix + "scaling.type") switch
        {
            null or "none" when file.Number(prefix + "scaling.factor") is null or 0 or 1 => null,
            "linear" or null => new RopeScaling(RopeScalingKind.Linear, Factor()),
            "none" => null,
            "yarn" => ReadYarn(file, prefix, Factor()),
            _ => throw file.Wrong(prefix + "scaling.type", "none, linear or yarn"),
        };
        if (file.Find(FactorsName) is not { } entry)
            return scaling;
        if (scaling is not null || entry.Count != headSize / 2)
            throw new InvalidDataException($"{file.Path}: tensor \"{FactorsName}\" {entry.ShapeText}: expected [{headSize / 2}] and no other rotary scaling.");
        return ReadLlama3(file, entry, headSize, theta);
    }

    private static RopeScaling ReadYarn(GgufFile file, string prefix, double factor)
    {
        double attention = file.Number(prefix + "scaling.attn_factor") ?? 1;
        return new RopeScaling(RopeScalingKind.Yarn, factor)
        {
            OriginalPositions = file.Whole(prefix + "scaling.original_context_length") is { } original and >= 1 and <= 1 << 24 ? (int)original : throw file.Wrong(prefix + "scaling.original_context_length", $"a whole number from 1 to {1 << 24}"),
            AttentionFactor = attention == 1 ? null : attention * RotaryFrequencies.YarnAttention(factor),
            BetaFast = file.Number(prefix + "scaling.yarn_beta_fast") ?? 32,
            BetaSlow = file.Number(prefix + "scaling.yarn_beta_slow") ?? 1,
        };
    }

    // The slowest frequency is divided by the whole factor; the other parameters are those of all published models, or stand under our own key. Checked against the tensor.
    private static RopeScaling ReadLlama3(GgufFile file, GgufEntry entry, int headSize, double theta)
    {
        float[] factors = new float[entry.Count];
        file.Read(entry, factors);
        IReadOnlyList<double> given = file.Numbers(Llama3Key) ?? [factors.Max(), 1, 4, 8192];
        if (given is [var factor and >= 1 and <= 1e6, var low and > 0 and < 1e6, var high and < 1e6, var original and >= 1 and <= 1 << 24] && high > low)
        {
            var scaling = new RopeScaling(RopeScalingKind.Llama3, factor) { LowFrequencyFactor = low, HighFrequencyFactor = high, OriginalPositions = (int)original };
            if (Factors(headSize, theta, scaling).Zip(factors).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 * pair.First))
                return scaling;
        }
        throw new InvalidDataException($"{file.Path}: tensor \"{FactorsName}\": these divisors of the rotary frequencies are not those of Llama 3.1's scaling, the only kind that is known.");
    }

    private static float[] Factors(int headSize, double theta, RopeScaling scaling)
    {
        float[] plain = RotaryTable.Frequencies(headSize, theta);
        float[] scaled = RotaryFrequencies.Of(new TextDecoderConfig { HeadSize = headSize, RopeTheta = theta, RopeScaling = scaling }).Frequencies;
        return [.. plain.Zip(scaled, (one, other) => one / other)];
    }
}

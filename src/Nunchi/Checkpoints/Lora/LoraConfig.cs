using System.Text.RegularExpressions;
using Nunchi.Models;

namespace Nunchi.Checkpoints.Lora;

/// <summary>What <c>adapter_config.json</c> of peft says about a LoRA adapter; what is not supported is refused by name.</summary>
internal sealed record LoraConfig
{
    internal const string FileName = "adapter_config.json";

    private IReadOnlyDictionary<string, double> RankPattern { get; init; } = new Dictionary<string, double>();

    private IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    internal int Rank { get; private init; }

    internal double Alpha { get; private init; }

    /// <summary>Divides by the root of the rank instead of the rank (Kalajdzievski 2023).</summary>
    internal bool RootScale { get; private init; }

    /// <summary>The layer's weight is stored [in, out].</summary>
    internal bool FanInFanOut { get; private init; }

    /// <exception cref="InvalidDataException">A value is wrong or a kind of adapter is not supported; the message names file and key.</exception>
    internal static LoraConfig Load(string file)
    {
        ConfigSection root = ConfigSection.Load(file);
        root.Choice("peft_type", "", "LORA");
        root.Choice("bias", "none", "none");
        foreach (string feature in (ReadOnlySpan<string>)["use_dora", "use_qalora", "use_bdlora", "lora_bias"])
        {
            if (root.Boolean(feature, false))
                throw root.Wrong(feature, "false; this kind of adapter is not supported");
        }
        if (root.Kind("layer_replication") is not System.Text.Json.JsonValueKind.Undefined)
            throw root.Wrong("layer_replication", "null; repeated layers are not supported");
        return new LoraConfig
        {
            Rank = root.Integer("r", 8, 1, 1 << 16),
            Alpha = root.Number("lora_alpha", 8, -1e9, 1e9),
            RootScale = root.Boolean("use_rslora", false),
            FanInFanOut = root.Boolean("fan_in_fan_out", false),
            RankPattern = root.Numbers("rank_pattern", 1, 1 << 16),
            AlphaPattern = root.Numbers("alpha_pattern", -1e9, 1e9),
        };
    }

    /// <summary>Rank and factor of a module, which patterns may set apart from the rest.</summary>
    internal (int Rank, double Scale) Of(string module)
    {
        int rank = (int)Pick(RankPattern, module, Rank);
        double alpha = Pick(AlphaPattern, module, Alpha);
        return (rank, RootScale ? alpha / Math.Sqrt(rank) : alpha / rank);
    }

    // A key is a regular expression for the end of a module's name.
    private static double Pick(IReadOnlyDictionary<string, double> pattern, string module, double fallback)
    {
        foreach (var (key, value) in pattern)
        {
            string expression = key.StartsWith('^') ? $"{key}$" : $"^(.*\\.)?({key})$";
            try
            {
                if (Regex.IsMatch(module, expression, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking))
                    return value;
            }
            catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
            {
                throw new InvalidDataException($"{FileName}: the pattern \"{key}\" is no regular expression that can be used: {failure.Message}", failure);
            }
        }
        return fallback;
    }
}

using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>Rotary frequencies with their scaling, in float32 as transformers computes them (<c>modeling_rope_utils</c>).</summary>
internal static class RotaryFrequencies
{
    /// <summary>One frequency for each pair of dimensions, and the factor on cosines and sines.</summary>
    internal static (float[] Frequencies, float Attention) Of(TextDecoderConfig config)
    {
        float[] plain = RotaryTable.Frequencies(config.HeadSize, config.RopeTheta);
        return config.RopeScaling switch
        {
            { Kind: RopeScalingKind.Linear } linear => ([.. plain.Select(frequency => frequency / (float)linear.Factor)], 1),
            { Kind: RopeScalingKind.Yarn } yarn => (Yarn(plain, yarn, config.RopeTheta), (float)(yarn.AttentionFactor ?? YarnAttention(yarn.Factor))),
            { Kind: RopeScalingKind.Llama3 } llama => ([.. plain.Select(frequency => Llama3(frequency, llama))], 1),
            _ => (plain, 1),
        };
    }

    internal static double YarnAttention(double factor, double scale = 1) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;

    private static float[] Yarn(float[] plain, RopeScaling yarn, double theta)
    {
        int size = 2 * plain.Length;
        double low = Dimension(yarn.BetaFast), high = Dimension(yarn.BetaSlow);
        if (yarn.Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        low = Math.Max(low, 0);
        high = Math.Min(high, size - 1);
        if (low == high)
            high += 0.001;
        var frequencies = new float[plain.Length];
        for (int i = 0; i < plain.Length; i++)
        {
            float kept = 1 - Math.Clamp((i - (float)low) / (float)(high - low), 0, 1);
            frequencies[i] = (plain[i] / (float)yarn.Factor * (1 - kept)) + (plain[i] * kept);
        }
        return frequencies;

        double Dimension(double rotations) => size * Math.Log(yarn.OriginalPositions / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
    }

    private static float Llama3(float frequency, RopeScaling scaling)
    {
        double wave = 2 * Math.PI / frequency, positions = scaling.OriginalPositions;
        if (wave > positions / scaling.LowFrequencyFactor)
            return frequency / (float)scaling.Factor;
        if (wave < positions / scaling.HighFrequencyFactor)
            return frequency;
        float smooth = (float)(((positions / wave) - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor));
        return ((1 - smooth) * frequency / (float)scaling.Factor) + (smooth * frequency);
    }
}

using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Tests.Models;

public class RotaryFrequenciesTests
{
    private static readonly TextDecoderConfig Plain = new() { HeadSize = 128, RopeTheta = 500000 };

    private static readonly float[] Unscaled = RotaryTable.Frequencies(128, 500000);

    [Fact]
    public void Of_Linear_DividesEveryFrequency()
    {
        var (frequencies, attention) = RotaryFrequencies.Of(Plain with { RopeScaling = new RopeScaling(RopeScalingKind.Linear, 4) });

        Assert.Equal([.. Unscaled.Select(frequency => frequency / 4)], frequencies);
        Assert.Equal(1, attention);
    }

    [Fact]
    public void Of_DynamicOrNone_ChangesNothingWithinTheContext()
    {
        Assert.Equal(Unscaled, RotaryFrequencies.Of(Plain with { RopeScaling = new RopeScaling(RopeScalingKind.Dynamic, 4) }).Frequencies);
        Assert.Equal(Unscaled, RotaryFrequencies.Of(Plain).Frequencies);
    }

    // Worked out by hand for Qwen2.5's setting: theta 1e6, factor 4 over 32768 positions, head size 128.
    [Fact]
    public void Of_Yarn_KeepsFastDividesSlowAndRampsBetween()
    {
        TextDecoderConfig config = Plain with { RopeTheta = 1e6, RopeScaling = new RopeScaling(RopeScalingKind.Yarn, 4) { OriginalPositions = 32768 } };
        float[] plain = RotaryTable.Frequencies(128, 1e6);

        var (frequencies, attention) = RotaryFrequencies.Of(config);

        // 128 ln(32768 / (32 * 2 pi)) / (2 ln 1e6) = 23.59 and, for one rotation, 39.65: the ramp goes from 23 to 40.
        Assert.Equal(plain[..24], frequencies[..24]);
        Assert.Equal([.. plain[40..].Select(frequency => frequency / 4)], frequencies[40..]);
        float kept = 1 - ((30 - 23f) / (40 - 23f));
        Assert.Equal((plain[30] / 4 * (1 - kept)) + (plain[30] * kept), frequencies[30], 1e-9);
        Assert.Equal(0.1 * Math.Log(4) + 1, attention, 1e-6);
    }

    // Llama 3.1: wave lengths above 8192 are divided by 8, those below 2048 kept.
    [Fact]
    public void Of_Llama3_GoesByWaveLength()
    {
        TextDecoderConfig config = Plain with { RopeScaling = new RopeScaling(RopeScalingKind.Llama3, 8) { OriginalPositions = 8192, LowFrequencyFactor = 1, HighFrequencyFactor = 4 } };

        var (frequencies, attention) = RotaryFrequencies.Of(config);

        Assert.Equal(1, attention);
        for (int i = 0; i < frequencies.Length; i++)
        {
            double wave = 2 * Math.PI / Unscaled[i], smooth = ((8192 / wave) - 1) / 3;
            double expected = wave > 8192 ? Unscaled[i] / 8 : wave < 2048 ? Unscaled[i] : ((1 - smooth) * Unscaled[i] / 8) + (smooth * Unscaled[i]);
            Assert.Equal(expected, frequencies[i], expected * 1e-5);
        }
        Assert.Contains(frequencies.Zip(Unscaled), pair => pair.First < pair.Second && pair.First > pair.Second / 8 * 1.01f);
    }

    [Fact]
    public void Positions_Yarn_ReachesAsFarAsItsFactorSays()
    {
        using var copy = new Checkpoints.TemporaryCheckpoint();
        copy.Edit("config.json", text => text.Replace("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 8192", StringComparison.Ordinal));

        TextDecoderConfig config = ConfigReader.Load(copy.Directory).Text;

        Assert.Equal(32768, config.MaxPositions);
        Assert.Equal(new RopeScaling(RopeScalingKind.Yarn, 4) { OriginalPositions = 8192 }, config.RopeScaling);
    }

    [Theory]
    [InlineData("\"rope_type\": \"linear\", \"factor\": 2.0", RopeScalingKind.Linear)]
    [InlineData("\"type\": \"dynamic\", \"factor\": 2.0", RopeScalingKind.Dynamic)]
    public void Load_EitherKeyOfTheKind_IsRead(string line, RopeScalingKind kind)
    {
        using var copy = new Checkpoints.TemporaryCheckpoint();
        copy.Edit("config.json", text => text.Replace("\"rope_type\": \"default\"", line, StringComparison.Ordinal));

        Assert.Equal(new RopeScaling(kind, 2), ConfigReader.Load(copy.Directory).Text.RopeScaling);
    }
}

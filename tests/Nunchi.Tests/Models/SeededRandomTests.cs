using Nunchi.Models;

namespace Nunchi.Tests.Models;

public class SeededRandomTests
{
    // First outputs of xoshiro256** whose state comes from SplitMix64 with seed 0, as the authors' reference code gives them.
    [Fact]
    public void NextBits_SeedZero_GivesThePublishedSequence()
    {
        var random = new SeededRandom(0);

        Assert.Equal([0x99ec5f36cb75f2b4UL, 0xbf6e1f784956452aUL, 0x1a5f849d4933e6e0UL], [random.NextBits(), random.NextBits(), random.NextBits()]);
    }

    [Fact]
    public void Streams_OfOneSeed_Differ() =>
        Assert.NotEqual(new SeededRandom(1, "a").NextBits(), new SeededRandom(1, "b").NextBits());

    [Fact]
    public void NextNormal_ManyNumbers_HaveMeanZeroAndDeviationOne()
    {
        var random = new SeededRandom(5);
        double[] numbers = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextNormal())];

        Assert.Equal(0, numbers.Average(), 0.03);
        Assert.Equal(1, Math.Sqrt(numbers.Average(number => number * number)), 0.03);
        Assert.All(numbers, number => Assert.True(double.IsFinite(number)));
    }
}

namespace Nunchi.Data.Pages;

/// <summary>A range to draw a number from, both ends included.</summary>
/// <param name="Low">Smallest value.</param>
/// <param name="High">Largest value, not below <paramref name="Low"/>.</param>
public readonly record struct Spread(float Low, float High)
{
    /// <summary>A number of the range, each equally likely.</summary>
    public float Sample(SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.Between(Low, High);
    }

    /// <summary>A number of the range, small ones as likely as large ones in ratio (uniform in the logarithm). Both ends must be above 0.</summary>
    public float SampleRatio(SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Low * MathF.Pow(High / Low, random.Unit());
    }

    internal void Check(string name, float least, float most)
    {
        if (!(Low >= least && High <= most && Low <= High))
            throw new ArgumentException($"{name} is {Low} to {High}; it must rise and lie within {least} to {most}.");
    }
}

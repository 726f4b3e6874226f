namespace Nunchi.Evaluation.Metrics;

/// <summary>A measured value with its 95 % interval.</summary>
/// <param name="Value">The value.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Count">Samples it rests on.</param>
public readonly record struct Estimate(double Value, double Low, double High, int Count)
{
    private const double Normal95 = 1.959963984540054;

    /// <summary>A share of successes with Wilson's interval (Wilson 1927), which stays inside 0..1 and holds for small counts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More successes than trials, or a negative number.</exception>
    public static Estimate Proportion(int successes, int trials)
    {
        if (successes < 0 || successes > trials)
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"There must be 0 to {trials} successes.");
        if (trials == 0)
            return new Estimate(double.NaN, 0, 1, 0);
        double share = (double)successes / trials;
        (double low, double high) = Wilson(share, trials);
        return new Estimate(share, low, high, trials);
    }

    /// <summary>Wilson's interval of a share seen in so many independent trials, which need not be a whole number.</summary>
    internal static (double Low, double High) Wilson(double share, double trials)
    {
        double square = Normal95 * Normal95 / trials;
        double centre = (share + (square / 2)) / (1 + square);
        double half = Normal95 / (1 + square) * Math.Sqrt((share * (1 - share) / trials) + (square / (4 * trials)));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    /// <summary>
    /// Any statistic of samples with a percentile bootstrap interval (Efron 1979): samples are drawn with replacement, the statistic is computed anew.
    /// The same seed gives the same interval.
    /// </summary>
    /// <param name="samples">At least one.</param>
    /// <param name="statistic">Of a list of samples, for example a corpus error rate.</param>
    /// <param name="seed">Of the resampling.</param>
    /// <param name="rounds">Resamplings, at least 100.</param>
    /// <exception cref="ArgumentException">There is no sample, or there are too few rounds.</exception>
    public static Estimate Bootstrap<T>(IReadOnlyList<T> samples, Func<IReadOnlyList<T>, double> statistic, int seed, int rounds = 1000)
    {
        if (samples.Count == 0)
            throw new ArgumentException("A bootstrap needs at least one sample.", nameof(samples));
        if (rounds < 100)
            throw new ArgumentException($"A bootstrap needs at least 100 rounds, not {rounds}.", nameof(rounds));
        var random = new Random(seed);
        double[] values = new double[rounds];
        T[] drawn = new T[samples.Count];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < drawn.Length; i++)
                drawn[i] = samples[random.Next(samples.Count)];
            values[round] = statistic(drawn);
        }
        Array.Sort(values);
        return new Estimate(statistic(samples), values[(int)(0.025 * (rounds - 1))], values[(int)Math.Ceiling(0.975 * (rounds - 1))], samples.Count);
    }
}

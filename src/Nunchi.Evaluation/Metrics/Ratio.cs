namespace Nunchi.Evaluation.Metrics;

/// <summary>
/// A part of a whole that adds up over pictures: edits of characters, right answers of questions. What comes from one picture stays together in
/// its interval, because answers about the same picture are not independent of each other.
/// </summary>
/// <param name="Part">What counts.</param>
/// <param name="Whole">What it is a part of.</param>
internal readonly record struct Ratio(double Part, double Whole)
{
    public double Value => Whole == 0 ? double.NaN : Part / Whole;

    public static Ratio operator +(Ratio left, Ratio right) => new(left.Part + right.Part, left.Whole + right.Whole);

    public static Ratio Sum(IReadOnlyList<Ratio> ratios)
    {
        Ratio sum = default;
        foreach (Ratio ratio in ratios)
            sum += ratio;
        return sum;
    }

    /// <summary>
    /// A share of yes-or-no outcomes with Wilson's interval at the number of trials that would be as certain if they were independent
    /// (Kish's design effect from the variance of a ratio over clusters; Korn and Graubard 1998). Where all or none succeed, each picture counts as one trial.
    /// </summary>
    /// <param name="pictures">One ratio a picture, its whole above zero.</param>
    /// <param name="count">Outcomes.</param>
    public static Estimate Share(IReadOnlyList<Ratio> pictures, int count)
    {
        Ratio sum = Sum(pictures);
        double share = sum.Value, trials = sum.Whole;
        if (pictures.Any(p => p.Whole > 1))
        {
            double squares = pictures.Sum(p => Square(p.Part - (share * p.Whole)));
            double variance = squares * pictures.Count / Math.Max(1, pictures.Count - 1) / Square(sum.Whole);
            trials = variance > 0 ? Math.Clamp(share * (1 - share) / variance, 1, trials) : pictures.Count;
        }
        (double low, double high) = Estimate.Wilson(share, trials);
        return new Estimate(share, Math.Min(share, low), Math.Max(share, high), count);
    }

    /// <summary>
    /// Any other ratio with a bootstrap interval over pictures. Where all pictures have the same ratio, resampling would claim certainty; the interval is then as wide
    /// as Wilson's for a share of so many pictures.
    /// </summary>
    public static Estimate Rate(IReadOnlyList<Ratio> pictures, int count, int seed)
    {
        double value = Sum(pictures).Value;
        if (pictures.All(p => p.Value == pictures[0].Value))
        {
            (double low, double high) = Estimate.Wilson(Math.Clamp(value, 0, 1), pictures.Count);
            return new Estimate(value, Math.Min(value, low), Math.Max(value, high), count);
        }
        Estimate estimate = Estimate.Bootstrap(pictures, drawn => Sum(drawn) is { Whole: > 0 } sum ? sum.Value : value, seed);
        return estimate with { Count = count };
    }

    private static double Square(double x) => x * x;
}

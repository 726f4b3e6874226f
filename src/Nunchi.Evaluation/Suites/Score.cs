namespace Nunchi.Evaluation.Suites;

/// <summary>What one answer adds to one metric, and to which groups of it.</summary>
/// <param name="Metric">A name of <see cref="MetricCatalogue"/>.</param>
/// <param name="Part">What counts.</param>
/// <param name="Whole">What it is a part of, above zero.</param>
/// <param name="Groups">Groups beside <see cref="MetricCatalogue.All"/>, to which everything belongs.</param>
internal sealed record Score(string Metric, double Part, double Whole, IReadOnlyList<string> Groups)
{
    public static Score Of(string metric, bool right, IReadOnlyList<string> groups) => new(metric, right ? 1 : 0, 1, groups);
}

/// <summary>What came of one question.</summary>
/// <param name="Scores">What it adds to the metrics.</param>
/// <param name="Right">Whether there is nothing to look at: the page shows the others first.</param>
/// <param name="Groups">Groups that the page filters by.</param>
internal sealed record Verdict(IReadOnlyList<Score> Scores, bool Right, IReadOnlyList<string> Groups);

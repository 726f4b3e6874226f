using Nunchi.Evaluation.Metrics;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Runs;

/// <summary>The scores of one item.</summary>
internal sealed record Scored(string Suite, int Id, IReadOnlyList<Score> Scores)
{
    /// <exception cref="InvalidDataException">A score is of no metric that this program knows, or no part of a whole.</exception>
    public Scored Validate(string where)
    {
        foreach (Score score in Scores)
        {
            if (MetricCatalogue.Metrics.All(metric => metric.Name != score.Metric))
                throw new InvalidDataException($"{where} has a score of '{score.Metric}'; there are {string.Join(", ", MetricCatalogue.Metrics.Select(metric => metric.Name))}.");
            if (!(score.Whole > 0 && score.Part >= 0) || !double.IsFinite(score.Whole + score.Part))
                throw new InvalidDataException($"{where} has a {score.Metric} of {score.Part} in {score.Whole}; a part of a whole above 0 is expected.");
        }
        return this;
    }
}

/// <summary>Sums up scores.</summary>
internal static class Scoreboard
{
    private const int BootstrapSeed = 20251124;

    /// <summary>Every metric of every group of one suite: metrics in their order, the group of all first.</summary>
    public static IReadOnlyList<Measure> Measures(string suite, IReadOnlyList<Scored> items)
    {
        var measures = new List<Measure>();
        foreach ((string metric, string group) in Groups(suite, items))
        {
            (List<Ratio> pictures, int count) = Collect(items, metric, group);
            Estimate estimate = MetricCatalogue.Get(metric).Kind == MetricKind.Share ? Ratio.Share(pictures, count) : Ratio.Rate(pictures, count, BootstrapSeed);
            measures.Add(new Measure(suite, metric, group, estimate));
        }
        return measures;
    }

    /// <summary>Metrics with their groups, in the order of tables: the suite's own groups first, the others by name.</summary>
    public static IReadOnlyList<(string Metric, string Group)> Groups(string suite, IReadOnlyList<Scored> items)
    {
        IReadOnlyList<string> headlines = SuiteCatalogue.Suites.FirstOrDefault(s => s.Name == suite)?.Headlines ?? [];
        int Place(string group) => headlines.TakeWhile(headline => headline != group).Count();
        List<Score> scores = [.. items.SelectMany(item => item.Scores)];
        return
        [
            .. scores.Select(score => score.Metric).Distinct().OrderBy(MetricCatalogue.Order).SelectMany(metric => scores.Where(score => score.Metric == metric)
                .SelectMany(score => score.Groups).Distinct().OrderBy(Place).ThenBy(group => group, StringComparer.Ordinal).Prepend(MetricCatalogue.All).Select(group => (metric, group))),
        ];
    }

    /// <summary>The sums of each item that has scores of the metric and group, and how many scores there are.</summary>
    public static (List<Ratio> Pictures, int Count) Collect(IReadOnlyList<Scored> items, string metric, string group)
    {
        var pictures = new List<Ratio>();
        int count = 0;
        foreach (Scored item in items)
        {
            Ratio sum = Of(item, metric, group, ref count);
            if (sum.Whole > 0)
                pictures.Add(sum);
        }
        return (pictures, count);
    }

    public static Ratio Of(Scored item, string metric, string group, ref int count)
    {
        Ratio sum = default;
        foreach (Score score in item.Scores)
        {
            if (score.Metric != metric || (group != MetricCatalogue.All && !score.Groups.Contains(group)))
                continue;
            sum += new Ratio(score.Part, score.Whole);
            count++;
        }
        return sum;
    }
}

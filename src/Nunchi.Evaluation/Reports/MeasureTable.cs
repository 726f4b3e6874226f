using Nunchi.Evaluation.Runs;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Reports;

/// <summary>The numbers of one suite as a table for people: a row a group, a column a metric.</summary>
public sealed class MeasureTable
{
    private readonly Dictionary<(string Group, string Metric), Measure> _cells;

    /// <summary>Arranges numbers: all first, then the suite's own groups, then the others by name.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="measures">Its numbers.</param>
    public MeasureTable(string suite, IReadOnlyList<Measure> measures)
        : this(SuiteCatalogue.Suites.FirstOrDefault(s => s.Name == suite)?.Headlines ?? [], measures)
    {
    }

    internal MeasureTable(IReadOnlyList<string> headlines, IReadOnlyList<Measure> measures)
    {
        ArgumentNullException.ThrowIfNull(measures);
        _cells = measures.ToDictionary(measure => (measure.Group, measure.Metric));
        IReadOnlyList<string> order = [MetricCatalogue.All, .. headlines];
        Metrics = [.. measures.Select(measure => measure.Metric).Distinct()];
        Groups = [.. measures.Select(measure => measure.Group).Distinct().OrderBy(group => order.TakeWhile(name => name != group).Count()).ThenBy(group => group, StringComparer.Ordinal)];
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<string> Metrics { get; }

    /// <summary>The rows.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>"85.2 % [80.1, 89.3] n=200", or nothing where the group has no such number.</summary>
    public string Cell(string group, string metric) => _cells.TryGetValue((group, metric), out Measure? measure) ? Percent.Of(measure.Estimate) : "";
}

using Nunchi.Evaluation.Metrics;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Runs;

/// <summary>How a number of one run differs from that of another on the same items.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Group">Over which answers.</param>
/// <param name="First">Value of the first run on the items that both have.</param>
/// <param name="Second">Value of the second run on them.</param>
/// <param name="Difference">Second less first, with the 95 % interval of a paired bootstrap over items; its count is that of the items.</param>
public sealed record MeasuredDifference(string Suite, string Metric, string Group, double First, double Second, Estimate Difference)
{
    /// <summary>Whether the interval leaves out zero.</summary>
    public bool IsCertain => Difference.Low > 0 || Difference.High < 0;

    /// <summary>Whether the second run is the better one.</summary>
    public bool IsBetter => MetricCatalogue.Get(Metric).LowerIsBetter ? Difference.Value < 0 : Difference.Value > 0;
}

/// <summary>Two runs side by side.</summary>
public sealed class RunComparison
{
    private const int BootstrapSeed = 20251125;

    private RunComparison(string first, string second, IReadOnlyList<MeasuredDifference> differences, int unpaired)
    {
        First = first;
        Second = second;
        Differences = differences;
        Unpaired = unpaired;
    }

    /// <summary>Name of the first run: its model's, or its directory's where both have one model.</summary>
    public string First { get; }

    /// <summary>Name of the second run.</summary>
    public string Second { get; }

    /// <summary>Every number that both runs have.</summary>
    public IReadOnlyList<MeasuredDifference> Differences { get; }

    /// <summary>Items that only one of them has; they are left out.</summary>
    public int Unpaired { get; }

    /// <summary>Compares two directories that <see cref="Evaluator"/> wrote.</summary>
    /// <param name="first">The run to compare with.</param>
    /// <param name="second">The run that is compared.</param>
    /// <param name="suites">Only these suites; all when there are none.</param>
    /// <exception cref="DirectoryNotFoundException">A directory is not there.</exception>
    /// <exception cref="InvalidDataException">One is no finished run, a file is damaged, or they asked about different pictures.</exception>
    public static RunComparison Of(string first, string second, IReadOnlyList<string> suites)
    {
        (RunManifest a, IReadOnlyList<Scored> before) = Read(first, suites);
        (RunManifest b, IReadOnlyList<Scored> after) = Read(second, suites);
        if (a.Seed != b.Seed || a.Split != b.Split || a.Emoji != b.Emoji || !a.Fonts.SequenceEqual(b.Fonts))
            throw new InvalidDataException($"{first} and {second} asked about different pictures ({a.Split} of seed {a.Seed} in {a.Fonts.Count} fonts; {b.Split} of seed {b.Seed} in {b.Fonts.Count}), so their items cannot be paired.");
        Dictionary<(string, int), Scored> others = after.ToDictionary(item => (item.Suite, item.Id));
        (Scored First, Scored Second)[] pairs = [.. before.Where(item => others.ContainsKey((item.Suite, item.Id))).Select(item => (item, others[(item.Suite, item.Id)]))];
        if (pairs.Length == 0)
            throw new InvalidDataException($"{first} and {second} have no item in common.");
        (string nameA, string nameB) = a.Model == b.Model ? (Name(first), Name(second)) : (a.Model, b.Model);
        return new RunComparison(nameA, nameB, [.. pairs.GroupBy(pair => pair.First.Suite).SelectMany(suite => Compare(suite.Key, [.. suite]))], before.Count + after.Count - (2 * pairs.Length));
    }

    private static IEnumerable<MeasuredDifference> Compare(string suite, IReadOnlyList<(Scored First, Scored Second)> pairs)
    {
        foreach ((string metric, string group) in Scoreboard.Groups(suite, [.. pairs.Select(pair => pair.First)]))
        {
            int count = 0;
            List<(Ratio First, Ratio Second)> sums = [.. pairs.Select(pair => (Scoreboard.Of(pair.First, metric, group, ref count), Scoreboard.Of(pair.Second, metric, group, ref count)))
                .Where(pair => pair.Item1.Whole > 0 || pair.Item2.Whole > 0)];
            double first = Ratio.Sum([.. sums.Select(pair => pair.First)]).Value, second = Ratio.Sum([.. sums.Select(pair => pair.Second)]).Value;
            if (!double.IsFinite(first) || !double.IsFinite(second))
                continue;
            yield return new MeasuredDifference(suite, metric, group, first, second, Estimate.Bootstrap(sums, drawn => Difference(drawn, second - first), BootstrapSeed));
        }
    }

    // A draw in which a run has nothing to divide by tells nothing about the difference and keeps it.
    private static double Difference(IReadOnlyList<(Ratio First, Ratio Second)> drawn, double otherwise)
    {
        Ratio first = default, second = default;
        foreach ((Ratio a, Ratio b) in drawn)
            (first, second) = (first + a, second + b);
        return first.Whole > 0 && second.Whole > 0 ? second.Value - first.Value : otherwise;
    }

    private static (RunManifest Run, IReadOnlyList<Scored> Items) Read(string directory, IReadOnlyList<string> suites)
    {
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"There is no directory {directory}; the directory of an evaluation is expected.");
        string manifest = Path.Combine(directory, AnswerStore.ManifestFile), scores = Path.Combine(directory, RunResults.ScoresFile);
        if (!File.Exists(manifest) || !File.Exists(scores))
            throw new InvalidDataException($"{directory} is no evaluation: {AnswerStore.ManifestFile} and {RunResults.ScoresFile} are expected in it.");
        return (AnswerStore.ReadManifest(manifest), [.. RunResults.ReadScores(scores).Where(item => suites.Count == 0 || suites.Contains(item.Suite))]);
    }

    private static string Name(string directory) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
}

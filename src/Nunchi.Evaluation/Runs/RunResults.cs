using System.Text;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Metrics;
using Nunchi.Evaluation.Reports;
using Nunchi.Evaluation.Suites;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Evaluation.Runs;

/// <summary>Gathers the scores of a run and writes them: <c>scores.jsonl</c> an item a line, <c>results.jsonl</c> a number a line, a page for each suite.</summary>
internal sealed class RunResults(string directory, RunManifest manifest)
{
    public const string ScoresFile = "scores.jsonl", ResultsFile = "results.jsonl";

    private readonly List<Scored> _items = [];
    private readonly List<Measure> _measures = [];
    private readonly List<SuiteProgress> _suites = [];
    private int _failures;
    private string? _reason;

    public void Begin(string suite, int total) => _suites.Add(new SuiteProgress(suite, 0, total, 0));

    public void Add(int id, IReadOnlyList<GivenAnswer> answers, IReadOnlyList<Verdict> verdicts)
    {
        SuiteProgress suite = _suites[^1];
        _suites[^1] = suite with { Done = suite.Done + 1, Wrong = suite.Wrong + (verdicts.All(verdict => verdict.Right) ? 0 : 1) };
        _items.Add(new Scored(suite.Suite, id, [.. verdicts.SelectMany(verdict => verdict.Scores)]));
        _failures += answers.Count(answer => answer.Error is not null);
        _reason ??= answers.FirstOrDefault(answer => answer.Error is not null)?.Error;
    }

    public void End(SuitePage page)
    {
        string suite = _suites[^1].Suite;
        if (_suites[^1].Done == 0)
            return;
        IReadOnlyList<Measure> measures = Scoreboard.Measures(suite, [.. _items.Where(item => item.Suite == suite)]);
        _measures.AddRange(measures);
        AtomicFile.WriteAllBytes(Path.Combine(directory, $"{suite}.html"), Encoding.UTF8.GetBytes(page.Write(manifest, measures)));
    }

    /// <summary>Writes scores and numbers; those of suites that an earlier run asked and this one did not stay.</summary>
    public void Write()
    {
        string scores = Path.Combine(directory, ScoresFile), results = Path.Combine(directory, ResultsFile);
        HashSet<string> measured = [.. _measures.Select(measure => measure.Suite)];
        IEnumerable<Scored> items = [.. ReadScores(scores).Where(item => !measured.Contains(item.Suite)), .. _items];
        IEnumerable<MeasureLine> lines = [.. Read<MeasureLine>(results).Where(line => !measured.Contains(line.Suite)), .. _measures.Select(Line)];
        Save(scores, items);
        Save(results, lines);
    }

    public EvaluationReport Report(bool stopped, Questioner questioner) => new()
    {
        Measures = _measures,
        Suites = _suites,
        Stopped = stopped,
        Asked = questioner.Asked,
        Outdated = questioner.Outdated,
        Failures = (_failures, _reason),
        Directory = directory,
    };

    /// <summary>The scores of an earlier run; none when there are none yet.</summary>
    /// <exception cref="InvalidDataException">A line is damaged; the message names file and line.</exception>
    public static IReadOnlyList<Scored> ReadScores(string path) => [.. Read<Scored>(path).Select((item, i) => item.Validate($"{path}, line {i + 1},"))];

    private static IReadOnlyList<T> Read<T>(string path) => File.Exists(path)
        ? [.. File.ReadLines(path).Select((line, i) => RunJson.Read<T>(line, $"{path}, line {i + 1},"))]
        : [];

    private static MeasureLine Line(Measure measure)
    {
        Estimate estimate = measure.Estimate;
        return new MeasureLine(measure.Suite, measure.Metric, measure.Group, estimate.Value, estimate.Low, estimate.High, estimate.Count);
    }

    private static void Save<T>(string path, IEnumerable<T> lines)
    {
        using var bytes = new MemoryStream();
        foreach (T line in lines)
        {
            bytes.Write(RunJson.Write(line));
            bytes.WriteByte((byte)'\n');
        }
        AtomicFile.WriteAllBytes(path, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}

using System.Collections.Concurrent;
using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Runs;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Tests;

/// <summary>A directory with a model's files and room for answers, and evaluations in it.</summary>
internal sealed class TestRun : IDisposable
{
    private static readonly ConcurrentDictionary<(string, ulong), Func<int, EvaluationItem>> Sources = new();
    private static readonly ConcurrentDictionary<(string, ulong, int), EvaluationItem> Drawn = new();

    public TestRun()
    {
        Folder = Directory.CreateTempSubdirectory("nunchi-eval-").FullName;
        Model = Directory.CreateDirectory(Path.Combine(Folder, "tiny")).FullName;
        File.WriteAllText(Path.Combine(Model, "config.json"), "{}");
        File.WriteAllBytes(Path.Combine(Model, "model.safetensors"), [1, 2, 3]);
        Output = Path.Combine(Folder, "out");
    }

    public string Folder { get; }

    public string Model { get; }

    public string Output { get; }

    public static EvaluationOptions Options(int count, params string[] suites) => new() { Suites = suites, Count = count, Pictures = TestAssets.Small };

    /// <summary>The items that a run with <see cref="Options"/> asks about.</summary>
    public static IReadOnlyList<EvaluationItem> Items(string suite, int count, ulong seed = 1) =>
        [.. Enumerable.Range(0, count).Select(i => Drawn.GetOrAdd((suite, seed, i), key => Sources.GetOrAdd((suite, seed), Source)(key.Item3)))];

    private static Func<int, EvaluationItem> Source((string Suite, ulong Seed) series) =>
        SuiteCatalogue.Get(series.Suite).Items(TestAssets.Assets, SceneSplit.HeldOut, series.Seed, TestAssets.Small);

    /// <summary>The record's answers to all questions, in the order in which they are asked.</summary>
    public static IReadOnlyList<string> References(string suite, int count) => [.. Items(suite, count).SelectMany(item => item.Questions).Select(question => question.Reference)];

    public ScriptedEngine Engine(Func<int, string> answers) => new(Model, answers);

    public Task<EvaluationReport> RunAsync(IChatEngine engine, EvaluationOptions options, string? output = null, Action<EvaluationProgress>? progress = null, CancellationToken? cancellation = null) =>
        Evaluator.RunAsync(engine, TestAssets.Assets, options, output ?? Output, progress, cancellation ?? TestContext.Current.CancellationToken);

    public static Measure Of(EvaluationReport report, string metric, string group = "all") =>
        report.Measures.FirstOrDefault(measure => measure.Metric == metric && measure.Group == group)
        ?? throw new Xunit.Sdk.XunitException($"No {metric} of {group} among {string.Join(", ", report.Measures.Select(m => $"{m.Metric}/{m.Group}"))}.");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

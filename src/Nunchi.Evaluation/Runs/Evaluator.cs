using System.Diagnostics;
using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Reports;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Runs;

/// <summary>Asks a model the questions of suites and measures its answers.</summary>
public static class Evaluator
{
    /// <summary>Drawn items that wait for the model.</summary>
    private const int Ahead = 4;

    /// <summary>Where a run of a model is kept when no directory is named: checkpoints of one name never share one, nor does one rounded in several ways or with several adapters.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What is measured.</param>
    /// <exception cref="IOException">A file of the checkpoint cannot be read.</exception>
    public static string DefaultDirectory(ModelInfo model, EvaluationOptions options) => Path.Combine(
        "runs", "eval", $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Directory))}-{ModelFingerprint.Of(model)[..8]}-{Name(options.Split)}-{options.Seed}");

    /// <summary>
    /// Runs suites. Answers are kept in <paramref name="directory"/> as they come, and a further call with the same model and seed asks only what is missing.
    /// At the end, and when it is stopped, numbers and pages are written there: <c>results.jsonl</c>, <c>scores.jsonl</c>, <c>SUITE.html</c>.
    /// </summary>
    /// <param name="engine">The model.</param>
    /// <param name="assets">What pictures are drawn with.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="directory">Where answers, numbers and pages go; made when it is not there.</param>
    /// <param name="progress">Told before each item and at the end.</param>
    /// <param name="cancellation">Stops; what was answered is still measured and written.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The directory holds answers of another model or series, or a damaged file.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static async Task<EvaluationReport> RunAsync(
        IChatEngine engine, SceneAssets assets, EvaluationOptions options, string directory, Action<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(assets);
        options.Validate();
        RunManifest manifest = Manifest(engine.Info, assets, options);
        using AnswerStore store = AnswerStore.Open(directory, manifest);
        var questioner = new Questioner(engine, store, new GenerationOptions { MaxTokens = options.MaxTokens });
        var pace = new Pace(options.Count * options.Suites.Count, progress);
        var results = new RunResults(directory, manifest);
        bool stopped = false;
        foreach (string name in options.Suites)
        {
            Suite suite = SuiteCatalogue.Get(name);
            var page = new SuitePage(name);
            results.Begin(name, options.Count);
            try
            {
                Func<int, EvaluationItem> items = suite.Items(assets, options.Split, options.Seed, options.Pictures);
                await foreach (EvaluationItem item in DrawAhead.Of(options.Count, Ahead, items, cancellation).ConfigureAwait(false))
                {
                    pace.Begin(name);
                    int before = questioner.Asked;
                    IReadOnlyList<GivenAnswer> answers = await questioner.AnswerAsync(name, item, cancellation).ConfigureAwait(false);
                    pace.End(questioner.Asked > before);
                    IReadOnlyList<Verdict> verdicts = suite.Judge(item, answers);
                    results.Add(item.Id, answers, verdicts);
                    page.Add(item, answers, verdicts);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                stopped = true;
            }
            results.End(page);
            if (stopped)
                break;
        }
        results.Write();
        pace.Begin(options.Suites[^1]);
        return results.Report(stopped, questioner);
    }

    private static RunManifest Manifest(ModelInfo model, SceneAssets assets, EvaluationOptions options) => new(
        RunManifest.CurrentSchema, model.Name, ModelFingerprint.Of(model), options.Seed, Name(options.Split), options.MaxTokens,
        [.. assets.Fonts.Of(options.Split == SceneSplit.HeldOut ? Data.Fonts.FontSplit.HeldOut : Data.Fonts.FontSplit.Training).Select(face => face.Name)], assets.Painter.HasEmoji);

    private static string Name(SceneSplit split) => split == SceneSplit.HeldOut ? "held-out" : "training";

    /// <summary>Counts items and tells the time left by those that the model was asked about.</summary>
    private sealed class Pace(int total, Action<EvaluationProgress>? progress)
    {
        private readonly Stopwatch _watch = new();
        private int _done, _asked;

        public void Begin(string suite)
        {
            progress?.Invoke(new EvaluationProgress(suite, _done, total, _asked == 0 ? null : _watch.Elapsed / _asked * (total - _done)));
            _watch.Start();
        }

        public void End(bool asked)
        {
            _watch.Stop();
            _done++;
            _asked += asked ? 1 : 0;
        }
    }
}

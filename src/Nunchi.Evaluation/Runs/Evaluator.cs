using System.Diagnostics;
using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Questions;
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
        "runs", "eval", $"{ModelName(model)}-{Name(options.Split)}-{options.Seed}");

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
        return await RunAsync(engine, Manifest(engine.Info, assets, options), [.. options.Suites.Select(name =>
        {
            DrawnSuite suite = SuiteCatalogue.Get(name);
            return new Part(suite, options.Count, () => suite.Items(assets, options.Split, options.Seed, options.Pictures));
        })], directory, progress, cancellation).ConfigureAwait(false);
    }

    /// <summary>Where answers to a file of questions are kept when no directory is named.</summary>
    /// <param name="model">The model.</param>
    /// <param name="questions">The file.</param>
    /// <exception cref="IOException">A file of the checkpoint cannot be read.</exception>
    public static string DefaultDirectory(ModelInfo model, QuestionFile questions) => Path.Combine(
        "runs", "eval", $"{ModelName(model)}-{OwnQuestionsSuite.SuiteName}-{Path.GetFileNameWithoutExtension(questions.Path)}");

    /// <summary>Asks the questions of a file about pictures of one's own; everything else as for suites.</summary>
    /// <param name="engine">The model.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="count">How many of them, from the first; null for all.</param>
    /// <param name="maxTokens">The most tokens of an answer.</param>
    /// <param name="directory">Where answers, numbers and pages go; made when it is not there.</param>
    /// <param name="progress">Told before each item and at the end.</param>
    /// <param name="cancellation">Stops; what was answered is still measured and written.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    /// <exception cref="Images.ImageFormatException">A picture is none, damaged, or over a limit.</exception>
    /// <exception cref="InvalidDataException">The directory holds answers of another model, or a damaged file.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static async Task<EvaluationReport> RunAsync(
        IChatEngine engine, QuestionFile questions, int? count, int maxTokens, string directory, Action<EvaluationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentOutOfRangeException.ThrowIfLessThan(count ?? 1, 1, nameof(count));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        var suite = new OwnQuestionsSuite(questions);
        var manifest = new RunManifest(RunManifest.CurrentSchema, engine.Info.Name, ModelFingerprint.Of(engine.Info), 0, RunManifest.OwnPictures, maxTokens, [], false);
        return await RunAsync(engine, manifest, [new Part(suite, Math.Min(count ?? questions.Count, questions.Count), () => suite.Item)], directory, progress, cancellation).ConfigureAwait(false);
    }

    private static async Task<EvaluationReport> RunAsync(IChatEngine engine, RunManifest manifest, IReadOnlyList<Part> parts, string directory, Action<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        using AnswerStore store = AnswerStore.Open(directory, manifest);
        var questioner = new Questioner(engine, store, new GenerationOptions { MaxTokens = manifest.MaxTokens });
        var pace = new Pace(parts.Sum(part => part.Count), progress);
        var results = new RunResults(directory, manifest);
        bool stopped = false;
        foreach ((Suite suite, int count, Func<Func<int, EvaluationItem>> items) in parts)
        {
            string name = suite.Name;
            var page = new SuitePage(suite);
            results.Begin(name, count);
            try
            {
                await foreach (EvaluationItem item in DrawAhead.Of(count, Ahead, items(), cancellation).ConfigureAwait(false))
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
        pace.Begin(parts[^1].Suite.Name);
        return results.Report(stopped, questioner);
    }

    private static RunManifest Manifest(ModelInfo model, SceneAssets assets, EvaluationOptions options) => new(
        RunManifest.CurrentSchema, model.Name, ModelFingerprint.Of(model), options.Seed, Name(options.Split), options.MaxTokens,
        [.. assets.Fonts.Of(options.Split == SceneSplit.HeldOut ? Data.Fonts.FontSplit.HeldOut : Data.Fonts.FontSplit.Training).Select(face => face.Name)], assets.Painter.HasEmoji);

    private static string ModelName(ModelInfo model) => $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Directory))}-{ModelFingerprint.Of(model)[..8]}";

    private static string Name(SceneSplit split) => split == SceneSplit.HeldOut ? "held-out" : "training";

    /// <summary>A suite of a run.</summary>
    /// <param name="Suite">The suite.</param>
    /// <param name="Count">How many items are asked.</param>
    /// <param name="Items">Makes what gives them by number.</param>
    private sealed record Part(Suite Suite, int Count, Func<Func<int, EvaluationItem>> Items);

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

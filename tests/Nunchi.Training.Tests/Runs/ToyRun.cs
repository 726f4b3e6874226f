using Nunchi.Tensors.Backends;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Stages;
using Nunchi.Training.Tests.Stages;

namespace Nunchi.Training.Tests.Runs;

/// <summary>A run of <see cref="ToyStage"/> in a directory of its own.</summary>
internal sealed class ToyRun : IDisposable
{
    private readonly bool _ownsDirectory;
    private readonly RunReporter _reporter;
    private readonly ComputeBackend _backend = ToyStage.Backend();

    public ToyRun(string? directory = null, string extra = "", int producers = 2, bool resume = false, Func<long, bool>? broken = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("nunchi-run-").FullName;
        var stage = extra.Contains("batch:", StringComparison.Ordinal) ? extra : "batch: {samples: 4, accumulate: 2}, " + extra;
        var recipe = Recipe.Parse(Path.Combine(Directory, "toy.yaml"), $$$"""
            name: toy
            seed: 7
            producers: {{{producers}}}
            model:
              encoder: {width: 8, layers: 1, heads: 1, mlp: 8}
              decoder: {width: 8, layers: 1, heads: 1, key_value_heads: 1, mlp: 8}
              images: {grids: [1x1]}
            stages:
              - {name: toy, kind: text, steps: 40, modules: {decoder: {learning_rate: 0.02, muon_learning_rate: 0.02} }, optimizer: {kind: muon+adamw}, schedule: {kind: cosine, warmup_steps: 4}, {{{stage}}} }
            """);
        Checkpoints = new CheckpointStore(Directory);
        var latest = resume ? Checkpoints.Latest : null;
        _reporter = new RunReporter(Path.Combine(Directory, "log.jsonl"), latest is null ? 0 : CheckpointStore.ReadState(latest).LogBytes, Console, peak: 1e9);
        Stage = new ToyStage(new StageContext(recipe, recipe.Stages[0], _backend, Directory, _ => ToyStage.Backend()), broken);
        Run = new StageRun(recipe.Stages[0], Stage, _backend, new StageRunContext(0, Directory, Checkpoints, _reporter), latest);
    }

    public string Directory { get; }

    public StringWriter Console { get; } = new();

    public CheckpointStore Checkpoints { get; }

    public ToyStage Stage { get; }

    public StageRun Run { get; }

    public float[] Values => [.. Stage.Parameters.SelectMany(parameter => parameter.Tensor.Span.ToArray())];

    public string[] Log()
    {
        using var reader = new StreamReader(new FileStream(Path.Combine(Directory, "log.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        Run.Dispose();
        Stage.Dispose();
        _reporter.Dispose();
        _backend.Dispose();
        if (_ownsDirectory)
            System.IO.Directory.Delete(Directory, recursive: true);
    }
}

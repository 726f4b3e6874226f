using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Machine;
using Nunchi.Text;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Stages;
using Nunchi.Training.Stages.Answers;
using Nunchi.Training.Stages.EncoderLabels;
using Nunchi.Training.Stages.ProjectorLabels;
using Nunchi.Training.Stages.Text;

namespace Nunchi.Training;

/// <summary>Runs the stages of a recipe, one after the other, in a directory that holds everything needed to go on.</summary>
public static class TrainingRunner
{
    /// <summary>Trains.</summary>
    /// <param name="recipePath">The recipe. On resume it may be null: the run keeps its own copy.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops after the current step, with a checkpoint.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="RecipeException">The recipe is wrong.</exception>
    /// <exception cref="TrainingException">The run cannot start or go on.</exception>
    /// <exception cref="InvalidDataException">A checkpoint is damaged or does not fit the recipe.</exception>
    public static TrainingEnd Run(string? recipePath, TrainingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var full = RunDirectory.Prepare(recipePath, options, out var directory);
        var recipe = options.RehearsalSteps is { } few ? full.Rehearsed(few) : full;
        using var held = RunDirectory.Hold(directory);
        var selected = Select(recipe, options.Stages);
        var checkpoints = new CheckpointStore(directory);
        var console = options.Console ?? Console.Out;
        var latest = checkpoints.Latest;
        var state = latest is null ? null : CheckpointStore.ReadState(latest);
        ComputeBackend CreateBackend(int threads) => options.CreateBackend?.Invoke() ?? CpuBackend.Create(new CpuOptions { Threads = threads, Precision = recipe.Compute.Precision });
        using var backend = CreateBackend(options.Threads ?? recipe.Compute.Threads);
        using var reporter = new RunReporter(Path.Combine(directory, "log.jsonl"), state?.LogBytes ?? 0, console, options.PeakOperations ?? MeasurePeak(backend));
        reporter.Say($"{recipe.Name} in {directory} on {backend.Name}");
        if (selected.Any(index => recipe.Stages[index].Kind != StageKind.Text))
        {
            foreach (var note in RunFonts.Note(directory))
                reporter.Say(note);
        }

        var rehearsed = TimeSpan.Zero;
        foreach (var index in selected)
        {
            var stage = recipe.Stages[index];
            var checkpoint = checkpoints.LatestOf(index, stage.Name);
            if (checkpoint is not null && CheckpointStore.ReadState(checkpoint).Step >= stage.Steps)
            {
                reporter.Say($"stage {stage.Name} is complete: {checkpoint}");
                continue;
            }

            var (end, seconds) = RunStage(new StageContext(recipe, stage, backend, directory, CreateBackend), new StageRunContext(index, directory, checkpoints, reporter), checkpoint, cancellation);
            if (end == StageEnd.Stopped)
            {
                reporter.Say(options.RehearsalSteps is null ? $"stopped; everything is saved in {checkpoints.Latest}. To go on: nunchi train --resume {directory}" : "the rehearsal was stopped");
                return TrainingEnd.Stopped;
            }

            if (options.RehearsalSteps is not null)
            {
                var estimate = new StageEstimate(stage.Name, full.Stages[index].Steps, seconds);
                reporter.Say($"stage {stage.Name} goes through: {estimate.SecondsPerStep:0.00} s a step, {estimate.Steps} steps would take about {Quantities.Duration(estimate.Time)}");
                rehearsed += estimate.Time;
                options.Estimated?.Invoke(estimate);
            }
        }

        reporter.Say(options.RehearsalSteps is null ? $"complete: {checkpoints.Latest}" : $"the recipe goes through: {(selected.Count == 1 ? "this stage" : $"{selected.Count} stages")}, about {Quantities.Duration(rehearsed)} on this machine, evaluations and checkpoints not counted");
        return TrainingEnd.Complete;
    }

    /// <summary>Writes the model of a run's last checkpoint that holds a whole one, as a directory that inference and transformers load; the run may be going on.</summary>
    /// <param name="runDirectory">The run.</param>
    /// <param name="output">The directory to write; it exists and is empty.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="TrainingException">There is no run, or no checkpoint of a stage that trains the whole model.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public static string Export(string runDirectory, string output)
    {
        var recipe = RunDirectory.Prepare(null, new TrainingOptions { RunDirectory = runDirectory, Resume = true }, out var directory);
        foreach (var checkpoint in CheckpointStore.Of(directory).Reverse())
        {
            var state = CheckpointStore.ReadState(checkpoint);
            if (recipe.Stages.FirstOrDefault(stage => stage.Name == state.Stage) is not { Kind: StageKind.Projector or StageKind.FineTune } own)
                continue;
            using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
            using var stage = CreateStage(new StageContext(recipe, own, backend, directory, threads => CpuBackend.Create(new CpuOptions { Threads = threads })));
            CheckpointStore.ReadParameters(checkpoint, stage.Parameters);
            stage.Export(output);
            return checkpoint;
        }

        throw new TrainingException($"{directory} holds no checkpoint of a stage of kind projector or finetune, so there is no whole model to write yet");
    }

    // Also how many seconds a step took, the first left out, of a stage that was run from its beginning.
    private static (StageEnd End, double SecondsPerStep) RunStage(StageContext context, StageRunContext place, string? checkpoint, CancellationToken cancellation)
    {
        using var stage = CreateStage(context);
        if (checkpoint is null)
            ModuleSources.Load(context.Recipe, place.Index, stage, place, context.Backend);
        using var run = new StageRun(context.Stage, stage, context.Backend, place, checkpoint);
        double first = 0;
        run.StepDone = step => first = step == 1 ? run.State.Seconds : first;
        var end = run.Run(cancellation);
        if (end == StageEnd.Complete)
            stage.Export(Path.Combine(place.Directory, "model"));
        return (end, run.State.Step > 1 ? (run.State.Seconds - first) / (run.State.Step - 1) : run.State.Seconds);
    }

    private static double? MeasurePeak(ComputeBackend backend) => backend is CpuBackend ? MachineLimits.MeasureFloat32Peak(backend.Threads) * 1e9 : null;

    private static Stage CreateStage(StageContext context) => context.Stage.Kind switch
    {
        StageKind.EncoderLabels => new EncoderLabelsStage(context),
        StageKind.Text => new TextStage(context),
        StageKind.ProjectorLabels => new ProjectorLabelsStage(context),
        _ => new AnswerStage(context),
    };

    private static IReadOnlyList<int> Select(Recipe recipe, IReadOnlyList<string>? names)
    {
        if (names is null)
            return [.. Enumerable.Range(0, recipe.Stages.Count)];
        var known = recipe.Stages.Select(stage => stage.Name).ToList();
        foreach (var name in names)
        {
            if (!known.Contains(name))
                throw new RecipeException(recipe.Path, 0, $"has no stage '{name}'; it has {string.Join(", ", known)}{(NearestName.Of(name, known) is { } nearest ? $" (did you mean '{nearest}'?)" : "")}");
        }

        return [.. Enumerable.Range(0, known.Count).Where(i => names.Contains(known[i]))];
    }
}

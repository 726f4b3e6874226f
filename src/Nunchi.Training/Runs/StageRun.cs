using System.Diagnostics;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Optimizers;
using Nunchi.Tensors.Safetensors;
using Nunchi.Training.Pipelines;
using Nunchi.Training.Recipes;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>How a stage ended.</summary>
internal enum StageEnd
{
    /// <summary>All steps are done.</summary>
    Complete,

    /// <summary>It was asked to stop; a checkpoint holds everything.</summary>
    Stopped,
}

/// <summary>Where a stage belongs in its run.</summary>
/// <param name="Index">Number of the stage in the recipe, from 0.</param>
/// <param name="Directory">The run's directory.</param>
/// <param name="Checkpoints">The run's checkpoints.</param>
/// <param name="Reporter">Log and console.</param>
internal sealed record StageRunContext(int Index, string Directory, CheckpointStore Checkpoints, RunReporter Reporter);

/// <summary>The loop of one stage: steps, guard, curriculum, log, evaluation, sheets, checkpoints.</summary>
internal sealed class StageRun : IDisposable
{
    private const int MostRollbacks = 5;
    private readonly StageRecipe _recipe;
    private readonly Stage _stage;
    private readonly ComputeBackend _backend;
    private readonly StageRunContext _context;
    private readonly IReadOnlyList<Optimizer> _optimizers;
    private readonly StepReport _report;
    private readonly RunReporter _reporter;
    private Curriculum _curriculum;
    private StepGuard _guard;
    private TrainingState _state;

    /// <param name="recipe">Settings of the stage.</param>
    /// <param name="stage">Its model and data; the caller disposes it.</param>
    /// <param name="backend">Where the arithmetic runs.</param>
    /// <param name="context">Its place in the run.</param>
    /// <param name="checkpoint">Where to go on from, or null to begin.</param>
    public StageRun(StageRecipe recipe, Stage stage, ComputeBackend backend, StageRunContext context, string? checkpoint)
    {
        _recipe = recipe;
        _stage = stage;
        _backend = backend;
        _context = context;
        _reporter = context.Reporter;
        _report = new StepReport(stage.MeterNames);
        foreach (var parameter in stage.Parameters)
            parameter.Tensor.RequiresGradient = recipe.Modules.ContainsKey(parameter.RateModule);
        _optimizers = OptimizerFactory.Create(backend, stage.Parameters, recipe);
        _state = new TrainingState { Version = TrainingState.CurrentVersion, Stage = recipe.Name, Step = 0, NextSample = 0, OptimizerSteps = new int[_optimizers.Count] };
        if (checkpoint is not null)
        {
            _state = CheckpointStore.ReadState(checkpoint);
            Restore(checkpoint, _state);
        }

        _guard = new StepGuard(recipe.Guard, checkpoint is null ? null : _state.Guard);
        _curriculum = new Curriculum(recipe.Curriculum, stage.Levels, stage.Lead, _state.Curriculum);
    }

    /// <summary>The state after the last step.</summary>
    public TrainingState State => _state;

    /// <summary>Called after every step; lets a test end a run as a crash would.</summary>
    internal Action<int>? StepDone { get; set; }

    /// <summary>Trains until the stage is complete or the token is cancelled; either way the last checkpoint holds everything.</summary>
    public StageEnd Run(CancellationToken cancellation)
    {
        _stage.Start(_state.NextSample, _curriculum);
        _reporter.StageStarted(_recipe, _stage, _state, _curriculum.Level, _optimizers);
        if (_context.Checkpoints.LatestOf(_context.Index, _recipe.Name) is null)
            Save();
        var saved = _state.Step;
        while (_state.Step < _recipe.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                if (saved != _state.Step)
                    Save();
                return StageEnd.Stopped;
            }

            Step();
            StepDone?.Invoke(_state.Step);
            if (_guard.MustRollBack)
                RollBack();
            else if (IsDue(_recipe.Intervals.Checkpoint) || _state.Step == _recipe.Steps)
            {
                Save();
                saved = _state.Step;
            }
        }

        return StageEnd.Complete;
    }

    public void Dispose()
    {
        foreach (var optimizer in _optimizers)
            optimizer.Dispose();
    }

    private void Step()
    {
        var started = Stopwatch.GetTimestamp();
        var waitedBefore = _stage.Waited;
        foreach (var parameter in _stage.Parameters)
            parameter.Tensor.ForgetGradient();
        _stage.Run(_report);
        var norm = GradientNorm.Of(_backend, _optimizers);
        var complaint = _guard.Judge(_report.Loss, norm);
        var factor = _recipe.Schedule.Factor(_state.Step) * _state.RateFactor;
        var rose = false;
        if (complaint is null)
        {
            foreach (var optimizer in _optimizers)
                optimizer.Step(factor, GradientNorm.ClippingScale(norm, _recipe.Clip));
            rose = _curriculum.Observe(_state.Step, _report.Accuracy, _stage.NextSample);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        _state = _state with
        {
            Step = _state.Step + 1,
            NextSample = _stage.NextSample,
            Samples = _state.Samples + _report.Samples,
            Tokens = _state.Tokens + _report.Tokens,
            Dropped = _state.Dropped + _report.Dropped,
            Seconds = _state.Seconds + seconds,
            Guard = _guard.State,
        };
        if (complaint is null)
            _reporter.StepTaken(_report, norm, seconds, (_stage.Waited - waitedBefore).TotalSeconds);
        else
            _reporter.StepSkipped(_state, complaint);
        if (rose)
            _reporter.LevelRose(_state, _curriculum);
        if (IsDue(_recipe.Intervals.Log) || _state.Step == _recipe.Steps)
            _reporter.WriteInterval(_recipe, _state, _curriculum, factor);
        if (IsDue(_recipe.Intervals.Evaluate))
            Evaluate();
        if (IsDue(_recipe.Intervals.Sheet) || (_state.Step == _recipe.Steps && _recipe.Intervals.Sheet > 0))
            WriteSheet();
    }

    private void Evaluate()
    {
        _report.Clear();
        _stage.Evaluate(_recipe.Intervals.EvaluateSamples, _curriculum.Level, _report);
        _reporter.Evaluated(_recipe, _state, _report, _curriculum.Level);
    }

    private void WriteSheet()
    {
        var directory = Path.Combine(_context.Directory, "sheets");
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"{_context.Index + 1:D2}-{_recipe.Name}-step-{_state.Step:D8}.html");
        AtomicFile.WriteAllText(path, _stage.Sheet(_recipe.Intervals.SheetSamples, _curriculum.Level, $"{_recipe.Name}, step {_state.Step}, level {_curriculum.Level}"));
        _reporter.SheetWritten(path);
    }

    private void Save()
    {
        _state = _state with
        {
            OptimizerSteps = [.. _optimizers.Select(optimizer => optimizer.Steps)],
            Curriculum = _curriculum.State,
            Guard = _guard.State,
            LogBytes = _reporter.LogBytes,
            Interval = _reporter.Interval,
        };
        _reporter.Saved(_context.Checkpoints.Write(_context.Index, _state, _stage.Parameters, _optimizers, _recipe.Intervals.Keep));
    }

    /// <summary>Parameters and step go back to the last checkpoint; the data goes on, so that the samples that broke the run are not met again.</summary>
    private void RollBack()
    {
        if (_state.Rollbacks >= MostRollbacks)
            throw new TrainingException(
                $"stage '{_recipe.Name}' went back to a checkpoint {MostRollbacks} times and broke again at step {_state.Step}; lower its learning rates or look at its data, then start it from {_context.Checkpoints.Latest}");
        var checkpoint = _context.Checkpoints.LatestOf(_context.Index, _recipe.Name)!;
        var old = CheckpointStore.ReadState(checkpoint);
        Restore(checkpoint, old);
        _state = _state with { Step = old.Step, RateFactor = _state.RateFactor * _recipe.Guard.RollbackFactor, Rollbacks = _state.Rollbacks + 1 };
        _guard = new StepGuard(_recipe.Guard, old.Guard with { BrokenInARow = 0, Broken = _guard.State.Broken });
        _reporter.RolledBack(_state, checkpoint);
        Save();
    }

    private void Restore(string checkpoint, TrainingState state)
    {
        if (state.Stage != _recipe.Name)
            throw new InvalidDataException($"{checkpoint} belongs to stage '{state.Stage}', not to '{_recipe.Name}'");
        CheckpointStore.ReadParameters(checkpoint, _stage.Parameters);
        CheckpointStore.ReadOptimizers(checkpoint, state, _optimizers);
    }

    private bool IsDue(int interval) => interval > 0 && _state.Step % interval == 0;
}

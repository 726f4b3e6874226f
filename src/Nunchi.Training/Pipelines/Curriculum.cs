using Nunchi.Training.Recipes;

namespace Nunchi.Training.Pipelines;

/// <summary>What a checkpoint keeps of a curriculum.</summary>
internal sealed record CurriculumState(double Accuracy, int LastRiseStep, long[] Starts, int[] Levels);

/// <summary>
/// Raises the level of the samples when the running accuracy passes a threshold. A rise takes effect a fixed number of samples later,
/// beyond everything that may be in preparation, so that a sample's level is a function of its index alone.
/// </summary>
internal sealed class Curriculum
{
    private readonly Lock _gate = new();
    private readonly CurriculumRecipe _recipe;
    private readonly int _highest;
    private readonly int _lead;
    private readonly List<long> _starts = [];
    private readonly List<int> _levels = [];
    private int _lastRiseStep;

    /// <param name="recipe">Settings.</param>
    /// <param name="levels">Levels that the data knows.</param>
    /// <param name="lead">Samples that may be in preparation.</param>
    /// <param name="state">Where to go on from, or null to begin.</param>
    public Curriculum(CurriculumRecipe recipe, int levels, int lead, CurriculumState? state)
    {
        _recipe = recipe;
        _highest = Math.Min(recipe.Highest ?? levels - 1, levels - 1);
        _lead = lead;
        _starts.AddRange(state?.Starts ?? [0]);
        _levels.AddRange(state?.Levels ?? [Math.Min(recipe.Start, _highest)]);
        _lastRiseStep = state?.LastRiseStep ?? 0;
        Accuracy = state?.Accuracy ?? 0;
    }

    /// <summary>Running accuracy, 0 to 1.</summary>
    public double Accuracy { get; private set; }

    /// <summary>The level that new samples will have.</summary>
    public int Level => _levels[^1];

    public CurriculumState State => new(Accuracy, _lastRiseStep, [.. _starts], [.. _levels]);

    /// <summary>The level of a sample; safe from any thread.</summary>
    public int LevelAt(long sample)
    {
        lock (_gate)
        {
            var i = _starts.Count - 1;
            while (i > 0 && _starts[i] > sample)
                i--;
            return _levels[i];
        }
    }

    /// <summary>Takes note of a step's accuracy.</summary>
    /// <param name="step">The step.</param>
    /// <param name="accuracy">Share that was right.</param>
    /// <param name="nextSample">Index of the next sample to be taken.</param>
    /// <returns>Whether the level rose.</returns>
    public bool Observe(int step, double accuracy, long nextSample)
    {
        Accuracy += (accuracy - Accuracy) / Math.Min(step + 1, _recipe.Window);
        if (Level >= _highest || Accuracy < _recipe.Threshold || step - _lastRiseStep < _recipe.MinimumSteps)
            return false;
        _lastRiseStep = step;
        lock (_gate)
        {
            _starts.Add(nextSample + _lead);
            _levels.Add(Level + 1);
        }

        return true;
    }
}

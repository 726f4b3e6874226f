namespace Nunchi.Training.Schedules;

/// <summary>How the learning rate runs after its warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Stays at its peak.</summary>
    Constant,

    /// <summary>Falls along half a cosine to the floor.</summary>
    Cosine,

    /// <summary>Falls along a line to the floor.</summary>
    Linear,

    /// <summary>Stays at its peak, then falls along a line to the floor over the last steps (warm-up, stable, decay).</summary>
    Trapezoid,
}

/// <summary>The factor on every learning rate of a stage, a pure function of the step.</summary>
public sealed class LearningRateSchedule
{
    private readonly ScheduleKind _kind;
    private readonly int _steps;
    private readonly int _warmupSteps;
    private readonly int _decaySteps;
    private readonly double _floor;

    /// <summary>Lays a schedule over a stage.</summary>
    /// <param name="kind">Shape after the warm-up.</param>
    /// <param name="steps">Steps of the stage, at least 1.</param>
    /// <param name="warmupSteps">Steps of linear rise from 0, below <paramref name="steps"/>; the first step already has 1/warmupSteps.</param>
    /// <param name="decaySteps">Trapezoid only: steps of the fall at the end.</param>
    /// <param name="floor">Factor at the end, 0 to 1.</param>
    /// <exception cref="ArgumentException">A value out of its range.</exception>
    public LearningRateSchedule(ScheduleKind kind, int steps, int warmupSteps = 0, int decaySteps = 0, double floor = 0)
    {
        if (steps < 1)
            throw new ArgumentException($"a schedule needs at least one step, not {steps}");
        if (warmupSteps < 0 || warmupSteps >= steps)
            throw new ArgumentException($"the warm-up of {warmupSteps} steps must be from 0 to below the {steps} steps of the stage");
        if (decaySteps < 0 || decaySteps > steps - warmupSteps)
            throw new ArgumentException($"the decay of {decaySteps} steps must fit into the {steps - warmupSteps} steps after the warm-up");
        if (!(floor is >= 0 and <= 1))
            throw new ArgumentException($"the floor {floor} must be from 0 to 1");
        _kind = kind;
        _steps = steps;
        _warmupSteps = warmupSteps;
        _decaySteps = decaySteps;
        _floor = floor;
    }

    /// <summary>The factor at a step.</summary>
    /// <param name="step">From 0; steps past the end keep the last value.</param>
    public double Factor(int step)
    {
        if (step < _warmupSteps)
            return (step + 1.0) / _warmupSteps;
        return _kind switch
        {
            ScheduleKind.Constant => 1,
            ScheduleKind.Cosine => Fall(0.5 * (1 + Math.Cos(Math.PI * Progress(step, _warmupSteps)))),
            ScheduleKind.Linear => Fall(1 - Progress(step, _warmupSteps)),
            _ => _decaySteps == 0 ? 1 : Fall(1 - Progress(step, _steps - _decaySteps)),
        };
    }

    private double Progress(int step, int from) => Math.Clamp((step - from) / (double)(_steps - from), 0, 1);

    private double Fall(double height) => _floor + ((1 - _floor) * height);
}

using Nunchi.Training.Stages;

namespace Nunchi.Training.Runs;

/// <summary>What a checkpoint keeps of the interval that the next line of the log will cover.</summary>
internal sealed record LogIntervalState(double Loss, double GradientNorm, int Steps, double Seconds, double Waited, long Samples, long Tokens, double Operations, double[] Meters);

/// <summary>Sums since the last line of the log.</summary>
internal sealed class LogInterval(IReadOnlyList<string> names)
{
    private double _loss;
    private double _gradientNorm;
    private int _steps;

    public Meters Meters { get; } = new(names);

    public double Seconds { get; private set; }

    public double Waited { get; private set; }

    public long Samples { get; private set; }

    public long Tokens { get; private set; }

    public double Operations { get; private set; }

    /// <summary>Mean over the good steps; not a number when there was none.</summary>
    public double Loss => _loss / _steps;

    /// <summary>Mean over the good steps; not a number when there was none.</summary>
    public double GradientNorm => _gradientNorm / _steps;

    public LogIntervalState State => new(_loss, _gradientNorm, _steps, Seconds, Waited, Samples, Tokens, Operations, Meters.Save());

    public void Restore(LogIntervalState state)
    {
        (_loss, _gradientNorm, _steps) = (state.Loss, state.GradientNorm, state.Steps);
        (Seconds, Waited, Samples, Tokens, Operations) = (state.Seconds, state.Waited, state.Samples, state.Tokens, state.Operations);
        Meters.Restore(state.Meters);
    }

    public void Add(StepReport report, double gradientNorm, double seconds, double waited)
    {
        _loss += report.Loss;
        _gradientNorm += gradientNorm;
        _steps++;
        Seconds += seconds;
        Waited += waited;
        Samples += report.Samples;
        Tokens += report.Tokens;
        Operations += report.Operations;
        Meters.Add(report.Meters);
    }

    public void Clear()
    {
        _loss = _gradientNorm = 0;
        _steps = 0;
        Seconds = Waited = Operations = 0;
        Samples = Tokens = 0;
        Meters.Clear();
    }
}

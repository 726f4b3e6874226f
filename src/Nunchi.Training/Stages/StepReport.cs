namespace Nunchi.Training.Stages;

/// <summary>Sums of named measurements, each with a weight, so that means over any number of steps are exact.</summary>
internal sealed class Meters(IReadOnlyList<string> names)
{
    private readonly double[] _sums = new double[names.Count];
    private readonly double[] _weights = new double[names.Count];

    public IReadOnlyList<string> Names => names;

    public void Add(int meter, double sum, double weight)
    {
        _sums[meter] += sum;
        _weights[meter] += weight;
    }

    public void Add(Meters other)
    {
        for (var i = 0; i < _sums.Length; i++)
            Add(i, other._sums[i], other._weights[i]);
    }

    /// <summary>The weighted mean, or null when nothing was measured.</summary>
    public double? Mean(int meter) => _weights[meter] > 0 ? _sums[meter] / _weights[meter] : null;

    public double Weight(int meter) => _weights[meter];

    public void Clear()
    {
        Array.Clear(_sums);
        Array.Clear(_weights);
    }

    /// <summary>Sums, then weights, for a checkpoint.</summary>
    public double[] Save() => [.. _sums, .. _weights];

    /// <summary>Takes up what <see cref="Save"/> gave; of a different number of meters nothing is taken.</summary>
    public void Restore(double[] saved)
    {
        if (saved.Length != 2 * names.Count)
            return;
        saved.AsSpan(0, names.Count).CopyTo(_sums);
        saved.AsSpan(names.Count).CopyTo(_weights);
    }
}

/// <summary>What one step (or several, summed) did. Recycled.</summary>
internal sealed class StepReport(IReadOnlyList<string> meterNames)
{
    /// <summary>The loss whose gradient was taken.</summary>
    public double Loss { get; set; }

    /// <summary>What the curriculum watches, 0 to 1.</summary>
    public double Accuracy { get; set; }

    public int Samples { get; set; }

    public long Tokens { get; set; }

    /// <summary>Samples left out because they were too long.</summary>
    public int Dropped { get; set; }

    /// <summary>Floating-point operations of the model's matrix products, forward and backward.</summary>
    public double Operations { get; set; }

    public Meters Meters { get; } = new(meterNames);

    /// <summary>Adds what a part of the step did.</summary>
    public void Add(StepReport part)
    {
        Loss += part.Loss;
        Operations += part.Operations;
        Meters.Add(part.Meters);
    }

    public void Clear()
    {
        Loss = Accuracy = Operations = 0;
        Samples = Dropped = 0;
        Tokens = 0;
        Meters.Clear();
    }
}

namespace Nunchi.Tensors.Optimizers;

/// <summary>
/// One tensor that an optimiser moves against <see cref="Tensor.Gradient"/>. The optimiser does not own it; it must outlive the optimiser.
/// </summary>
public sealed class OptimizerParameter
{
    /// <summary>Describes one tensor.</summary>
    /// <param name="name">Unique within a run: the state of the optimiser is saved under it.</param>
    /// <param name="value">The values, [rows, columns]; a vector has one row.</param>
    /// <param name="rowBlocks">
    /// Rows of each separate matrix stacked in this tensor (query, key and value fused into one, for example), or null for a single matrix.
    /// Only <see cref="Muon"/> looks at it: it treats every block as the matrix that it is.
    /// </param>
    /// <exception cref="ArgumentException">An empty name, or blocks that do not add up to the rows.</exception>
    public OptimizerParameter(string name, Tensor value, IReadOnlyList<int>? rowBlocks = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        RowBlocks = rowBlocks is null ? [value.Rows] : [.. rowBlocks];
        if (RowBlocks.Any(block => block < 1) || RowBlocks.Sum() != value.Rows)
            throw new ArgumentException($"the row blocks of '{name}' ({string.Join(" + ", RowBlocks)}) must be positive and add up to its {value.Rows} rows");

        Name = name;
        Value = value;
    }

    /// <summary>Unique name.</summary>
    public string Name { get; }

    /// <summary>The values.</summary>
    public Tensor Value { get; }

    /// <summary>Rows of each separate matrix, top to bottom.</summary>
    public IReadOnlyList<int> RowBlocks { get; }

    /// <summary>The gradient of this step, or null when nothing flowed back to this parameter.</summary>
    public Tensor? Gradient => Value.HasGradient ? Value.Gradient : null;
}

/// <summary>Parameters that share a learning rate and a decay.</summary>
/// <param name="Name">For messages and logs, for example "encoder".</param>
/// <param name="Parameters">The arrays.</param>
/// <param name="LearningRate">Peak learning rate, at least 0; a schedule multiplies it.</param>
/// <param name="WeightDecay">Decoupled weight decay, at least 0.</param>
public sealed record ParameterGroup(string Name, IReadOnlyList<OptimizerParameter> Parameters, double LearningRate, double WeightDecay);

/// <summary>One buffer of optimiser state, to be saved and restored byte by byte.</summary>
/// <param name="name">Unique, for example "exp_avg.decoder.norm.weight".</param>
/// <param name="memory">The values.</param>
/// <param name="count">How many.</param>
public readonly unsafe struct OptimizerState(string name, float* memory, long count)
{
    /// <summary>Unique name.</summary>
    public string Name { get; } = name;

    /// <summary>The values.</summary>
    public float* Memory { get; } = memory;

    /// <summary>How many values.</summary>
    public long Count { get; } = count;
}

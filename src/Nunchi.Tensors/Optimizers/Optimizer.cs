using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Optimizers;

/// <summary>
/// Moves parameters against their gradients. State lives in the backend's memory, is allocated once, and can be saved and restored;
/// a step allocates nothing on the managed heap.
/// </summary>
public abstract unsafe class Optimizer : IDisposable
{
    private readonly List<OptimizerState> _state = [];
    private bool _disposed;

    /// <summary>Checks the groups and remembers them.</summary>
    /// <param name="backend">Where the arithmetic runs.</param>
    /// <param name="groups">At least one group; parameter names must be unique over all of them.</param>
    /// <exception cref="ArgumentException">No group, a negative rate or decay, or a name twice.</exception>
    protected Optimizer(ComputeBackend backend, IReadOnlyList<ParameterGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(groups);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            if (!(group.LearningRate >= 0) || !double.IsFinite(group.LearningRate))
                throw new ArgumentException($"the learning rate of group '{group.Name}' is {group.LearningRate}; it must be at least 0");
            if (!(group.WeightDecay >= 0) || !double.IsFinite(group.WeightDecay))
                throw new ArgumentException($"the weight decay of group '{group.Name}' is {group.WeightDecay}; it must be at least 0");
            foreach (var parameter in group.Parameters)
                if (!names.Add(parameter.Name))
                    throw new ArgumentException($"the parameter '{parameter.Name}' is in the optimiser twice");
        }

        Backend = backend;
        Groups = [.. groups.Select(group => group with { Parameters = [.. group.Parameters] })];
    }

    /// <summary>Steps taken. Part of the state: set it after restoring the buffers.</summary>
    public int Steps { get; set; }

    /// <summary>Every buffer of state, in a fixed order.</summary>
    public IReadOnlyList<OptimizerState> State => _state;

    /// <summary>The groups, as given.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Where the arithmetic runs.</summary>
    protected ComputeBackend Backend { get; }

    /// <summary>
    /// Moves every parameter once. Gradients are read, not cleared; a parameter that nothing flowed back to is left alone, as in PyTorch
    /// (only the number of the step, which corrects the moments' bias, is common to all).
    /// </summary>
    /// <param name="rateFactor">Factor on every group's learning rate (the schedule), at least 0.</param>
    /// <param name="gradientScale">Factor on every gradient (clipping), see <see cref="GradientNorm"/>.</param>
    public void Step(double rateFactor, double gradientScale = 1)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Steps++;
        for (var g = 0; g < Groups.Count; g++)
        {
            var group = Groups[g];
            for (var p = 0; p < group.Parameters.Count; p++)
                if (group.Parameters[p].Gradient is { } gradient)
                    Update(g, p, group.Parameters[p], gradient.Data, group.LearningRate * rateFactor, group.WeightDecay, gradientScale);
        }
    }

    /// <summary>Moves one parameter.</summary>
    /// <param name="group">Index of its group.</param>
    /// <param name="index">Index within the group.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient, same shape.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <param name="weightDecay">The decay of its group.</param>
    /// <param name="gradientScale">Factor on the gradient.</param>
    protected abstract void Update(int group, int index, OptimizerParameter parameter, float* gradient, double learningRate, double weightDecay, double gradientScale);

    /// <summary>Allocates a buffer of zeros that is saved with the run.</summary>
    protected float* AllocateState(string name, long count)
    {
        var memory = Backend.Allocate(count);
        Backend.Clear(memory, count);
        _state.Add(new OptimizerState(name, memory, count));
        return memory;
    }

    /// <summary>Frees the state.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var state in _state)
            Backend.Free(state.Memory);
        FreeScratch();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what a kind of optimiser allocated beside its state.</summary>
    protected virtual void FreeScratch()
    {
    }
}

using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors;

/// <summary>
/// Gradients of parameters beside the parameters' own: a <see cref="Tape"/> that is given one writes here, so that several tapes can run backward over the same
/// parameters at once. <see cref="AddToParameters"/> then adds what came together. Not thread-safe: one per tape.
/// </summary>
/// <param name="backend">Where the gradients lie; it must outlive them.</param>
public sealed unsafe class GradientSet(ComputeBackend backend) : IDisposable
{
    private readonly Dictionary<Tensor, Entry> _entries = new(ReferenceEqualityComparer.Instance);

    /// <summary>Adds what is here to the parameters' own gradients and counts as zero from now on. No tape may run backward over these parameters meanwhile.</summary>
    /// <param name="on">What adds.</param>
    public void AddToParameters(ComputeBackend on)
    {
        foreach ((Tensor parameter, Entry entry) in _entries)
        {
            if (!entry.HasValues)
                continue;
            entry.HasValues = false;
            parameter.Gradient ??= new Tensor(on, parameter.Rows, parameter.Columns);
            if (parameter.HasGradient)
                on.AddTo(parameter.Gradient.Data, entry.Gradient.Data, parameter.Gradient.Count);
            else
                on.Copy(entry.Gradient.Data, parameter.Gradient.Data, parameter.Gradient.Count);
            parameter.HasGradient = true;
        }
    }

    /// <summary>Frees the gradients.</summary>
    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
            entry.Gradient.Dispose();
        _entries.Clear();
    }

    /// <summary>As <see cref="Tape.GradientOf"/>.</summary>
    internal Tensor Of(Tensor parameter, out bool accumulate)
    {
        if (!_entries.TryGetValue(parameter, out Entry? entry))
            _entries.Add(parameter, entry = new Entry(new Tensor(backend, parameter.Rows, parameter.Columns)));
        accumulate = entry.HasValues;
        entry.HasValues = true;
        return entry.Gradient;
    }

    private sealed class Entry(Tensor gradient)
    {
        public Tensor Gradient { get; } = gradient;

        public bool HasValues { get; set; }
    }
}

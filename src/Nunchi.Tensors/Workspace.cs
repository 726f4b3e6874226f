using System.Numerics;
using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors;

/// <summary>
/// Recycles tensors by size class, so that a step that looks like the one before allocates nothing, neither native memory nor objects.
/// Not thread-safe: one per thread of work.
/// </summary>
public sealed class Workspace : IDisposable
{
    private readonly Dictionary<long, Stack<Tensor>> _free = [];
    private readonly List<Tensor> _all = [];

    /// <summary>An empty workspace on a backend, which must outlive it.</summary>
    public Workspace(ComputeBackend backend) => Backend = backend;

    /// <summary>Where the memory lies.</summary>
    public ComputeBackend Backend { get; }

    /// <summary>Bytes of native memory held, free or rented.</summary>
    public long Bytes { get; private set; }

    /// <summary>A tensor with undefined contents; give it back with <see cref="Return"/>.</summary>
    public Tensor Rent(int rows, int columns)
    {
        long capacity = SizeClass(checked((long)rows * columns));
        if (!_free.TryGetValue(capacity, out Stack<Tensor>? stack))
            _free[capacity] = stack = new Stack<Tensor>();
        if (!stack.TryPop(out Tensor? tensor))
        {
            tensor = new Tensor(Backend, capacity);
            _all.Add(tensor);
            Bytes += capacity * sizeof(float);
        }
        tensor.Reshape(rows, columns);
        tensor.Rented = true;
        tensor.RequiresGradient = false;
        tensor.References = 0;
        tensor.Kept = false;
        tensor.ReleaseRequested = false;
        return tensor;
    }

    /// <summary>Takes a rented tensor back, and its gradient with it.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not rented (returned twice, or not from a workspace).</exception>
    public void Return(Tensor tensor)
    {
        if (!tensor.Rented)
            throw new InvalidOperationException("A tensor was given back that is not rented: it was returned twice or does not come from a workspace.");
        tensor.Rented = false;
        if (tensor.Gradient is { } gradient)
        {
            tensor.Gradient = null;
            tensor.HasGradient = false;
            Return(gradient);
        }
        _free[tensor.Capacity].Push(tensor);
    }

    /// <summary>Frees all memory, rented tensors included.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in _all)
        {
            tensor.Rented = false;
            tensor.Gradient = null;
            tensor.Dispose();
        }
        _all.Clear();
        _free.Clear();
        Bytes = 0;
    }

    // Eight classes per power of two: at most 12.5 % of a tensor is unused.
    private static long SizeClass(long count)
    {
        const long Least = 1024;
        if (count <= Least)
            return Least;
        int shift = Math.Max(0, BitOperations.Log2((ulong)(count - 1)) - 3);
        return ((count - 1 >> shift) + 1) << shift;
    }
}

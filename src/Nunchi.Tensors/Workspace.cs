using System.Numerics;
using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors;

/// <summary>
/// Recycles tensors by size class, so that a step that looks like the one before allocates nothing, neither native memory nor objects. A tensor up to twice
/// as large serves where none of the class is free, and what was not needed for longest is freed before more than twice what is in use at once is held, so
/// that steps of ever other sizes do not pile up memory.
/// Not thread-safe: one per thread of work.
/// </summary>
public sealed class Workspace : IDisposable
{
    private const long StepsOfMemory = 256;
    private const int MostHeld = 2;
    private readonly Dictionary<long, Stack<Tensor>> _free = [];
    private readonly List<Tensor> _all = [];
    private long _step;
    private long _rentedBytes;
    private long _mostRentedBytes;

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
        Tensor tensor = TakeFree(capacity) ?? Allocate(capacity);
        tensor.LastRented = _step;
        _rentedBytes += tensor.Capacity * sizeof(float);
        _mostRentedBytes = Math.Max(_mostRentedBytes, _rentedBytes);
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
        _rentedBytes -= tensor.Capacity * sizeof(float);
        if (tensor.Gradient is { } gradient)
        {
            tensor.Gradient = null;
            tensor.HasGradient = false;
            Return(gradient);
        }
        _free[tensor.Capacity].Push(tensor);
    }

    /// <summary>Tells that a step has ended; what counts as in use at once is the most of some hundred steps.</summary>
    internal void EndStep()
    {
        if (++_step % StepsOfMemory != 0)
            return;
        MakeRoom(0);
        _mostRentedBytes = _rentedBytes;
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

    private Tensor? TakeFree(long capacity)
    {
        for (long size = capacity; size <= 2 * capacity; size = SizeClass(size + 1))
        {
            if (_free.TryGetValue(size, out Stack<Tensor>? stack) && stack.TryPop(out Tensor? tensor))
                return tensor;
        }
        return null;
    }

    private Tensor Allocate(long capacity)
    {
        MakeRoom(capacity * sizeof(float));
        var tensor = new Tensor(Backend, capacity);
        _all.Add(tensor);
        _free.TryAdd(capacity, new Stack<Tensor>());
        Bytes += capacity * sizeof(float);
        return tensor;
    }

    private void MakeRoom(long wanted)
    {
        long most = MostHeld * Math.Max(_mostRentedBytes, _rentedBytes + wanted);
        if (Bytes + wanted <= most)
            return;
        foreach (Tensor tensor in _free.Values.SelectMany(stack => stack).OrderBy(tensor => tensor.LastRented).ToList())
        {
            if (Bytes + wanted <= most)
                break;
            Bytes -= tensor.Capacity * sizeof(float);
            tensor.Dispose();
            tensor.Freed = true;
        }
        foreach (Stack<Tensor> stack in _free.Values)
        {
            Tensor[] kept = [.. stack.Where(tensor => !tensor.Freed).Reverse()];
            stack.Clear();
            foreach (Tensor tensor in kept)
                stack.Push(tensor);
        }
        _all.RemoveAll(tensor => tensor.Freed);
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

using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors;

/// <summary>
/// A matrix of float32 in a backend's memory, rows contiguous: [Rows, Columns]. A vector is a matrix of one row.
/// Memory is native and its lifetime explicit: a tensor is owned by whoever created it, by a <see cref="Workspace"/>, or is a view of another.
/// </summary>
public sealed unsafe class Tensor : IDisposable
{
    private readonly ComputeBackend? _owner;
    private float* _data;

    /// <summary>Allocates a tensor that the caller disposes; contents undefined.</summary>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public Tensor(ComputeBackend backend, int rows, int columns)
    {
        Require(rows, columns);
        _owner = backend;
        _data = backend.Allocate((long)rows * columns);
        Rows = rows;
        Columns = columns;
        Capacity = Count;
    }

    private Tensor(float* data, int rows, int columns)
    {
        _data = data;
        Rows = rows;
        Columns = columns;
        Capacity = Count;
    }

    /// <summary>A shape without memory, for planning: reading <see cref="Data"/> throws.</summary>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public static Tensor ShapeOnly(int rows, int columns)
    {
        Require(rows, columns);
        return new Tensor((float*)null, rows, columns);
    }

    internal Tensor(ComputeBackend backend, long capacity)
    {
        _owner = backend;
        _data = backend.Allocate(capacity);
        Capacity = capacity;
    }

    /// <summary>Rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Floats per row.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows times columns.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>First float; 64-byte aligned unless this is a view.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public float* Data => _data != null ? _data : throw new ObjectDisposedException(nameof(Tensor));

    /// <summary>All floats, for up to 2^31 - 1 of them.</summary>
    public Span<float> Span => new(Data, checked((int)Count));

    /// <summary>Operators record their backward when one of their inputs has this set.</summary>
    public bool RequiresGradient { get; set; }

    /// <summary>The gradient, same shape, once something flowed back; parameters keep theirs between steps.</summary>
    public Tensor? Gradient { get; internal set; }

    /// <summary>Whether <see cref="Gradient"/> holds values of the current step; when false its contents are stale and count as zero.</summary>
    public bool HasGradient { get; internal set; }

    internal long Capacity { get; }

    internal int References { get; set; }

    internal bool Rented { get; set; }

    internal bool Kept { get; set; }

    internal bool ReleaseRequested { get; set; }

    /// <summary>One row as a span.</summary>
    public Span<float> Row(int row)
    {
        if ((uint)row >= (uint)Rows)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The tensor has {Rows} rows.");
        return new Span<float>(Data + ((long)row * Columns), Columns);
    }

    /// <summary>A tensor over some of these rows that shares memory with this one; valid as long as this one lives.</summary>
    public Tensor RowBlock(int first, int rows)
    {
        if (first < 0 || rows < 1 || first + rows > Rows)
            throw new ArgumentOutOfRangeException(nameof(first), $"Rows {first}..{first + rows - 1} were asked of a tensor with {Rows} rows.");
        return new Tensor(Data + ((long)first * Columns), rows, Columns);
    }

    /// <summary>Says that the gradient counts as zero from now on; nothing is written.</summary>
    public void ForgetGradient() => HasGradient = false;

    internal void Reshape(int rows, int columns)
    {
        Require(rows, columns);
        if ((long)rows * columns > Capacity)
            throw new ArgumentException($"[{rows}, {columns}] does not fit into {Capacity} floats.");
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Frees the memory (and the gradient's); views and rented tensors free nothing.</summary>
    public void Dispose()
    {
        if (_data == null)
            return;
        if (_owner != null && !Rented)
            _owner.Free(_data);
        _data = null;
        if (Gradient is { Rented: false } gradient)
            gradient.Dispose();
        Gradient = null;
        HasGradient = false;
    }

    /// <summary>The shape, for messages: "[2304, 256]".</summary>
    public override string ToString() => $"[{Rows}, {Columns}]";

    private static void Require(int rows, int columns)
    {
        if (rows < 1 || columns < 1)
            throw new ArgumentException($"A tensor needs at least one row and one column, not [{rows}, {columns}].");
    }
}

using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors;

/// <summary>
/// A matrix of float32 in a backend's memory, rows contiguous: [Rows, Columns]. A vector is a matrix of one row.
/// Memory is native and its lifetime explicit: a tensor is owned by whoever created it, by a <see cref="Workspace"/>, or is a view of another.
/// </summary>
public sealed unsafe class Tensor : IDisposable
{
    private readonly ComputeBackend? _owner;
    private float* _data;
    private bool _deferred;

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

    private Tensor(ComputeBackend backend, int rows, int columns, bool deferred)
    {
        Require(rows, columns);
        _owner = backend;
        _deferred = deferred;
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
    /// <exception cref="InvalidOperationException">The values are packed: only products and row look-ups can read them.</exception>
    public float* Data => _data != null ? _data : Materialise();

    /// <summary>The values in a format for answering, when <see cref="Pack"/> or <see cref="Adopt"/> replaced the floats; else null.</summary>
    public PackedWeight? Packed { get; private set; }

    /// <summary>How the values are stored.</summary>
    public WeightFormat Format => Packed?.Format ?? WeightFormat.Float32;

    /// <summary>Bytes that the values take.</summary>
    public long Bytes => Packed?.Bytes ?? Count * sizeof(float);

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

    /// <summary>The workspace's step in which it was last in use.</summary>
    internal long LastRented { get; set; }

    /// <summary>Whether its workspace has freed it.</summary>
    internal bool Freed { get; set; }

    internal bool Kept { get; set; }

    internal bool ReleaseRequested { get; set; }

    /// <summary>A tensor that the caller disposes and whose memory is taken when it is first touched: a parameter that may be packed, or mapped from a file, before floats are needed.</summary>
    /// <exception cref="ArgumentException">A size is not positive.</exception>
    public static Tensor Deferred(ComputeBackend backend, int rows, int columns) => new(backend, rows, columns, deferred: true);

    /// <summary>Replaces the floats by a format for answering; nothing happens for float32.</summary>
    /// <exception cref="InvalidOperationException">The tensor is a view or rented, is packed already, or wants a gradient.</exception>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public void Pack(WeightFormat format)
    {
        if (format != WeightFormat.Float32)
            Adopt(_owner == null ? throw NotOwned() : _owner.Pack(Data, Rows, Columns, format));
    }

    /// <summary>Replaces the floats by 4 bits, rounded so that errors make up for each other.</summary>
    /// <param name="feedback">Of what the tensor is multiplied with.</param>
    /// <exception cref="InvalidOperationException">The tensor is a view or rented, is packed already, or wants a gradient.</exception>
    /// <exception cref="ArgumentException">A value is not finite, or the feedback is of another width.</exception>
    public void PackInt4(ErrorFeedback feedback) => Adopt(_owner == null ? throw NotOwned() : _owner.PackInt4(Data, Rows, Columns, feedback));

    /// <summary>Takes packed values, which this tensor owns from now on, in place of its floats.</summary>
    /// <exception cref="InvalidOperationException">The tensor is a view or rented, is packed already, or wants a gradient.</exception>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Adopt(PackedWeight packed)
    {
        if (_owner == null || Rented || Packed != null || RequiresGradient)
            throw NotOwned();
        if (packed.Rows != Rows || packed.Columns != Columns)
            throw new ArgumentException($"Packed values [{packed.Rows}, {packed.Columns}] do not fit the tensor {this}.", nameof(packed));
        if (_data != null)
            _owner.Free(_data);
        _data = null;
        _deferred = false;
        Packed = packed;
    }

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

    /// <summary>Asks the operating system for large pages before a large tensor is first written, where it gives them only when asked (Linux).</summary>
    public void PreferLargePages() => Safetensors.MappedPages.PreferHuge(Data, Count * sizeof(float));

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
        _deferred = false;
        Packed?.Dispose();
        Packed = null;
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

    private float* Materialise()
    {
        if (Packed != null)
            throw new InvalidOperationException($"The tensor {this} is packed as {WeightFormats.NameOf(Format)}; only products and row look-ups can read it. Load the model in f32.");
        ObjectDisposedException.ThrowIf(!_deferred, this);
        _data = _owner!.Allocate(Count);
        _deferred = false;
        return _data;
    }

    private InvalidOperationException NotOwned() =>
        new($"The tensor {this} cannot be packed: it must own its memory, hold floats, and want no gradient.");

    private static void Require(int rows, int columns)
    {
        if (rows < 1 || columns < 1)
            throw new ArgumentException($"A tensor needs at least one row and one column, not [{rows}, {columns}].");
    }
}

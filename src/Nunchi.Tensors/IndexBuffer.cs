using System.Runtime.InteropServices;

namespace Nunchi.Tensors;

/// <summary>A growing list of 32-bit integers in native memory: token ids, labels, positions, row indices, segment starts.</summary>
public sealed unsafe class IndexBuffer : IDisposable
{
    private int* _data;
    private int _capacity;

    /// <summary>An empty buffer with room for <paramref name="capacity"/> entries.</summary>
    public IndexBuffer(int capacity = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _data = (int*)NativeMemory.AlignedAlloc((nuint)capacity * sizeof(int), 64);
    }

    /// <summary>A buffer that holds a copy of the values.</summary>
    public IndexBuffer(ReadOnlySpan<int> values) : this(Math.Max(1, values.Length)) => AddRange(values);

    /// <summary>Entries in use.</summary>
    public int Count { get; private set; }

    /// <summary>First entry; moves when the buffer grows.</summary>
    public int* Data => _data != null ? _data : throw new ObjectDisposedException(nameof(IndexBuffer));

    /// <summary>The entries in use.</summary>
    public Span<int> Span => new(Data, Count);

    /// <summary>An entry.</summary>
    public int this[int index]
    {
        get => Span[index];
        set => Span[index] = value;
    }

    /// <summary>Appends a value.</summary>
    public void Add(int value)
    {
        Grow(Count + 1);
        _data[Count++] = value;
    }

    /// <summary>Appends values.</summary>
    public void AddRange(ReadOnlySpan<int> values)
    {
        Grow(Count + values.Length);
        values.CopyTo(new Span<int>(_data + Count, values.Length));
        Count += values.Length;
    }

    /// <summary>Empties the buffer and keeps its memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
    }

    private void Grow(int needed)
    {
        int* data = Data;
        if (needed <= _capacity)
            return;
        int capacity = Math.Max(needed, _capacity * 2);
        _data = (int*)NativeMemory.AlignedRealloc(data, (nuint)capacity * sizeof(int), 64);
        _capacity = capacity;
    }
}

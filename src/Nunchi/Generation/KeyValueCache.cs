using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Generation;

/// <summary>Keys (rotated) and values of one sequence's tokens for every layer: [capacity, key heads * head size] each, allocated ahead.</summary>
public sealed unsafe class KeyValueCache : IDisposable
{
    private const int Step = 256;
    private readonly ComputeBackend _backend;
    private readonly int _width;
    private readonly Tensor?[] _keys;
    private readonly Tensor?[] _values;

    /// <summary>An empty cache.</summary>
    /// <param name="backend">Where it lies.</param>
    /// <param name="config">The decoder it serves.</param>
    /// <param name="capacity">Tokens to have room for at once; it grows when more come.</param>
    public KeyValueCache(ComputeBackend backend, TextDecoderConfig config, int capacity = Step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _backend = backend;
        _width = config.KeyHeads * config.HeadSize;
        _keys = new Tensor?[config.Layers];
        _values = new Tensor?[config.Layers];
        Grow(capacity);
    }

    /// <summary>Tokens held.</summary>
    public int Length { get; private set; }

    /// <summary>Tokens there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Bytes of memory it takes.</summary>
    public long Bytes => 2L * _keys.Length * Capacity * _width * sizeof(float);

    /// <summary>Makes room for more tokens than it holds.</summary>
    /// <param name="more">Tokens to come.</param>
    public void Reserve(int more)
    {
        int needed = checked(Length + more);
        if (needed > Capacity)
            Grow(Math.Max(needed, Capacity + (Capacity / 2)));
    }

    /// <summary>Forgets all tokens from a place on: what a changed conversation no longer shares.</summary>
    /// <param name="length">Tokens to keep, 0..<see cref="Length"/>.</param>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (Tensor? tensor in _keys.Concat(_values))
            tensor?.Dispose();
    }

    /// <summary>Writes a layer's keys and values of new tokens behind <see cref="Length"/> and gives where all of them are.</summary>
    internal (HeadColumns Key, HeadColumns Value) Append(int layer, HeadColumns key, HeadColumns value)
    {
        Tensor keys = _keys[layer]!, values = _values[layer]!;
        int rows = key.Tensor.Rows;
        for (int row = 0; row < rows; row++)
        {
            long to = (long)(Length + row) * _width;
            _backend.Copy(key.Tensor.Data + ((long)row * key.Tensor.Columns) + key.Column, keys.Data + to, _width);
            _backend.Copy(value.Tensor.Data + ((long)row * value.Tensor.Columns) + value.Column, values.Data + to, _width);
        }
        return (new HeadColumns(keys, 0), new HeadColumns(values, 0));
    }

    /// <summary>Counts rows of zeros as tokens: for measuring decoding behind a long conversation.</summary>
    internal void Assume(int rows)
    {
        Reserve(rows);
        foreach (Tensor? tensor in _keys.Concat(_values))
            _backend.Clear(tensor!.Data + ((long)Length * _width), (long)rows * _width);
        Length += rows;
    }

    internal void Advance(int rows) => Length += rows;

    private void Grow(int capacity)
    {
        capacity = checked((capacity + Step - 1) / Step * Step);
        foreach (Tensor?[] tensors in (ReadOnlySpan<Tensor?[]>)[_keys, _values])
        {
            for (int layer = 0; layer < tensors.Length; layer++)
            {
                var larger = new Tensor(_backend, capacity, _width);
                if (tensors[layer] is { } old)
                {
                    _backend.Copy(old.Data, larger.Data, (long)Length * _width);
                    old.Dispose();
                }
                tensors[layer] = larger;
            }
        }
        Capacity = capacity;
    }
}

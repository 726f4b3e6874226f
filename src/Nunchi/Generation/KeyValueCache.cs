using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Generation;

/// <summary>Keys (rotated) and values of one sequence's tokens for every layer, allocated ahead.</summary>
public sealed class KeyValueCache : IDisposable
{
    private const int Step = 256;
    private readonly HeadCache[] _keys;
    private readonly HeadCache[] _values;

    /// <summary>An empty cache.</summary>
    /// <param name="backend">Where it lies.</param>
    /// <param name="config">The decoder it serves.</param>
    /// <param name="capacity">Tokens to have room for at once; it grows when more come.</param>
    /// <param name="format">How numbers are kept.</param>
    public KeyValueCache(ComputeBackend backend, TextDecoderConfig config, int capacity = Step, CacheFormat format = CacheFormat.Float32)
        : this(backend, config, format, RoundUp(capacity))
    {
    }

    private KeyValueCache(ComputeBackend backend, TextDecoderConfig config, CacheFormat format, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        Format = format;
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => new HeadCache(backend, config.KeyHeads, config.HeadSize, Capacity, format))];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => new HeadCache(backend, config.KeyHeads, config.HeadSize, Capacity, format))];
    }

    /// <summary>How numbers are kept.</summary>
    public CacheFormat Format { get; }

    /// <summary>Tokens held.</summary>
    public int Length { get; private set; }

    /// <summary>Tokens there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Bytes of memory it takes.</summary>
    public long Bytes => _keys.Concat(_values).Sum(cache => cache.Bytes);

    /// <summary>Bytes that one token takes.</summary>
    public long BytesPerToken => Bytes / Capacity;

    /// <summary>Makes room for more tokens than it holds.</summary>
    /// <param name="more">Tokens to come.</param>
    public void Reserve(int more)
    {
        int needed = checked(Length + more);
        if (needed <= Capacity)
            return;
        Capacity = RoundUp(Math.Max(needed, Capacity + (Capacity / 2)));
        foreach (HeadCache cache in _keys.Concat(_values))
            cache.Grow(Capacity, Length);
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
        foreach (HeadCache cache in _keys.Concat(_values))
            cache.Dispose();
    }

    /// <summary>An empty cache for so many tokens and no more, until it grows.</summary>
    internal static KeyValueCache Exactly(ComputeBackend backend, TextDecoderConfig config, int tokens, CacheFormat format) => new(backend, config, format, tokens);

    /// <summary>Copies tokens of another cache of the same decoder and format behind those that it holds.</summary>
    internal void Append(KeyValueCache source, int from, int count)
    {
        Reserve(count);
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            _keys[layer].CopyFrom(source._keys[layer], from, Length, count);
            _values[layer].CopyFrom(source._values[layer], from, Length, count);
        }
        Length += count;
    }

    /// <summary>Writes a layer's keys and values of new tokens, some rows among others, behind <see cref="Length"/> and gives where all of them are.</summary>
    internal (HeadCache Key, HeadCache Value) Append(int layer, HeadColumns key, HeadColumns value, int row, int rows)
    {
        _keys[layer].Store(key, row, rows, Length);
        _values[layer].Store(value, row, rows, Length);
        return (_keys[layer], _values[layer]);
    }

    /// <summary>Counts rows of zeros as tokens: for measuring decoding behind a long conversation.</summary>
    internal void Assume(int rows)
    {
        Reserve(rows);
        foreach (HeadCache cache in _keys.Concat(_values))
            cache.Zero(Length, rows);
        Length += rows;
    }

    internal void Advance(int rows) => Length += rows;

    private static int RoundUp(int capacity) => checked((capacity + Step - 1) / Step * Step);
}

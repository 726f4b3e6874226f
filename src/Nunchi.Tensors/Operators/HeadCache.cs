using System.Runtime.InteropServices;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors.Operators;

/// <summary>How keys and values of earlier tokens are kept.</summary>
public enum CacheFormat
{
    /// <summary>As computed.</summary>
    Float32,

    /// <summary>8 bits with a float32 scale for each head of each token: nearly a quarter of the memory and of what decoding reads.</summary>
    Int8,
}

/// <summary>Choosing a <see cref="CacheFormat"/>.</summary>
public static class CacheFormats
{
    /// <summary>The usual format beside weights: 8 bits beside weights of 8 bits or fewer, whose rounding is larger; else as computed.</summary>
    /// <param name="weights">How the decoder's matrices, or its embedding, are kept.</param>
    public static CacheFormat Beside(WeightFormat weights) => weights is WeightFormat.Int8 or WeightFormat.Int6 or WeightFormat.Int4 ? CacheFormat.Int8 : CacheFormat.Float32;
}

/// <summary>
/// Keys, or values, of one layer for the tokens of one sequence: head by head, so that attention reads each head's tokens in one run. Grows on demand.
/// </summary>
public sealed unsafe class HeadCache : IDisposable
{
    private readonly ComputeBackend _backend;
    private float* _data;

    /// <summary>An empty cache.</summary>
    /// <param name="backend">Where it lies.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="size">Floats per head.</param>
    /// <param name="capacity">Tokens to have room for, at least 1.</param>
    /// <param name="format">How numbers are kept.</param>
    public HeadCache(ComputeBackend backend, int heads, int size, int capacity, CacheFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _backend = backend;
        Heads = heads;
        Size = size;
        Format = format;
        Capacity = capacity;
        _data = backend.Allocate(Floats(capacity));
    }

    /// <summary>Heads.</summary>
    public int Heads { get; }

    /// <summary>Floats per head.</summary>
    public int Size { get; }

    /// <summary>How numbers are kept.</summary>
    public CacheFormat Format { get; }

    /// <summary>Tokens there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Bytes of memory.</summary>
    public long Bytes => Floats(Capacity) * sizeof(float);

    /// <summary>[Heads, Capacity, Size] floats; null for 8 bits.</summary>
    internal float* Data => Format == CacheFormat.Float32 ? Memory : null;

    /// <summary>[Heads, Capacity, Size] bytes; null for float32.</summary>
    internal sbyte* Codes => Format == CacheFormat.Int8 ? (sbyte*)Memory : null;

    /// <summary>[Heads, Capacity] scales; null for float32.</summary>
    internal float* Scales => Format == CacheFormat.Int8 ? Memory + (((long)Heads * Capacity * Size) + 3) / 4 : null;

    private float* Memory => _data != null ? _data : throw new ObjectDisposedException(nameof(HeadCache));

    /// <summary>Writes the heads of new tokens.</summary>
    /// <param name="source">[rows, ...] with <see cref="Heads"/> * <see cref="Size"/> columns from its column on.</param>
    /// <param name="at">The first token's place; there must be room.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public void Store(HeadColumns source, int at) => Store(source, 0, source.Tensor.Rows, at);

    /// <summary>Writes the heads of new tokens that are some rows among others.</summary>
    /// <param name="source">[rows, ...] with <see cref="Heads"/> * <see cref="Size"/> columns from its column on.</param>
    /// <param name="row">The first token's row.</param>
    /// <param name="rows">Tokens.</param>
    /// <param name="at">The first token's place; there must be room.</param>
    /// <exception cref="ArgumentException">They do not fit, or there are not so many rows.</exception>
    public void Store(HeadColumns source, int row, int rows, int at)
    {
        if (at < 0 || at > Capacity - rows || row < 0 || row > source.Tensor.Rows - rows || source.Column + (Heads * Size) > source.Tensor.Columns)
            throw new ArgumentException($"HeadCache: rows {at}..{at + rows - 1} of {source.Tensor} from column {source.Column} do not fit {Capacity} tokens of {Heads} heads of {Size}.");
        _backend.StoreHeads(source.Tensor.Data + ((long)row * source.Tensor.Columns) + source.Column, source.Tensor.Columns, rows, Heads, Size, at, Capacity, Data, Codes, Scales);
    }

    /// <summary>Makes room, keeping the first tokens.</summary>
    /// <param name="capacity">Tokens to have room for.</param>
    /// <param name="keep">Tokens to keep.</param>
    public void Grow(int capacity, int keep)
    {
        if (capacity <= Capacity)
            return;
        float* larger = _backend.Allocate(Floats(capacity));
        long unit = Format == CacheFormat.Float32 ? Size * sizeof(float) : Size;
        for (int head = 0; head < Heads; head++)
            NativeMemory.Copy((byte*)_data + (head * Capacity * unit), (byte*)larger + (head * capacity * unit), (nuint)(keep * unit));
        if (Format == CacheFormat.Int8)
        {
            float* scales = larger + (((long)Heads * capacity * Size) + 3) / 4;
            for (int head = 0; head < Heads; head++)
                NativeMemory.Copy(Scales + ((long)head * Capacity), scales + ((long)head * capacity), (nuint)keep * sizeof(float));
        }
        _backend.Free(_data);
        _data = larger;
        Capacity = capacity;
    }

    /// <summary>Copies tokens of another cache of the same heads, size and format.</summary>
    /// <param name="source">The other cache.</param>
    /// <param name="from">The first token's place there.</param>
    /// <param name="at">Its place here; there must be room.</param>
    /// <param name="count">Tokens.</param>
    /// <exception cref="ArgumentException">The caches differ, or the tokens do not fit.</exception>
    public void CopyFrom(HeadCache source, int from, int at, int count)
    {
        if (source.Heads != Heads || source.Size != Size || source.Format != Format)
            throw new ArgumentException($"HeadCache: {Heads} heads of {Size} in {Format} take no tokens of {source.Heads} heads of {source.Size} in {source.Format}.", nameof(source));
        if (count < 0 || from < 0 || from > source.Capacity - count || at < 0 || at > Capacity - count)
            throw new ArgumentException($"HeadCache: {count} tokens from {from} of {source.Capacity} do not fit at {at} of {Capacity}.", nameof(count));
        long unit = Format == CacheFormat.Float32 ? Size * sizeof(float) : Size;
        for (int head = 0; head < Heads; head++)
        {
            NativeMemory.Copy((byte*)source.Memory + ((((long)head * source.Capacity) + from) * unit), (byte*)Memory + ((((long)head * Capacity) + at) * unit), (nuint)(count * unit));
            if (Format == CacheFormat.Int8)
                NativeMemory.Copy(source.Scales + ((long)head * source.Capacity) + from, Scales + ((long)head * Capacity) + at, (nuint)count * sizeof(float));
        }
    }

    /// <summary>Writes zeros for tokens: for measuring.</summary>
    public void Zero(int at, int count)
    {
        long unit = Format == CacheFormat.Float32 ? Size * sizeof(float) : Size;
        for (int head = 0; head < Heads; head++)
        {
            NativeMemory.Clear((byte*)Memory + ((((long)head * Capacity) + at) * unit), (nuint)(count * unit));
            if (Format == CacheFormat.Int8)
                NativeMemory.Clear(Scales + ((long)head * Capacity) + at, (nuint)count * sizeof(float));
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        if (_data != null)
            _backend.Free(_data);
        _data = null;
    }

    private long Floats(long capacity) =>
        Format == CacheFormat.Float32 ? Heads * capacity * Size : (((Heads * capacity * Size) + 3) / 4) + (Heads * capacity);
}

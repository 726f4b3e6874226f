using System.Diagnostics;
using System.Runtime.InteropServices;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tensors.Quantization;

/// <summary>
/// Memory for all packed matrices of a model in one piece, so that large pages fill it but for the last. The system gives it where it is written. It goes when this object and all that was taken are
/// disposed. Not for several threads, but for <see cref="PrepareWriting"/>.
/// </summary>
/// <remarks>
/// A virtual machine whose host takes free memory back has no large pages at hand, only small ones between those in use: a large page then takes many milliseconds instead of a quarter of one. So
/// the pace at which pages come is watched, and when it is slower than small ones would be, the rest is small.
/// </remarks>
public sealed unsafe class PackedMemory : IDisposable
{
    // Large pages are cleared at 5 to 10 GB/s; small ones come at 1 to 2 GB/s. One that takes longer than this does, or a thread put aside meanwhile, must be frequent to count.
    private const double SlowMillisecondsPerByte = 1 / 0.6e6;

    private const long Watched = 32 << 20;

    private readonly long _bytes;
    private readonly Lock _lock = new();
    private double _milliseconds;
    private long _prepared;
    private bool _small;
    private byte* _data;
    private long _used;
    private int _users = 1;
    private bool _closed;

    /// <summary>Reserves memory.</summary>
    /// <param name="bytes">How much; <see cref="BytesFor"/> of each matrix.</param>
    /// <exception cref="InsufficientMemoryException">There is not so much.</exception>
    public PackedMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _bytes = bytes;
        try
        {
            _data = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), bytes < 2 * MappedPages.HugePage ? 64 : (nuint)MappedPages.HugePage);
        }
        catch (OutOfMemoryException failure)
        {
            throw new InsufficientMemoryException($"No memory for packed weights of {bytes / 1e9:0.00} GB.", failure);
        }
        MappedPages.PreferHuge(_data, bytes);
    }

    /// <summary>What a matrix takes here: a multiple of 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is float32.</exception>
    public static long BytesFor(WeightFormat format, int rows, int columns) => (PackedLayout.Bytes(format, rows, columns) + 63) / 64 * 64;

    /// <summary>A matrix whose bytes are still to be written.</summary>
    /// <exception cref="ArgumentException">What is left is too small.</exception>
    /// <exception cref="ObjectDisposedException">This object was disposed.</exception>
    internal PackedWeight Take(WeightFormat format, int rows, int columns)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        long bytes = BytesFor(format, rows, columns);
        if (bytes > _bytes - _used)
            throw new ArgumentException($"A matrix [{rows}, {columns}] in {WeightFormats.NameOf(format)} takes {bytes} bytes; {_bytes - _used} of {_bytes} are left.", nameof(rows));
        var weight = new PackedWeight(format, rows, columns, _data + _used, new Share(this));
        _used += bytes;
        _users++;
        return weight;
    }

    /// <summary>Gets pages for what is written next. Safe from several threads.</summary>
    internal void PrepareWriting(byte* start, long bytes)
    {
        long before = Stopwatch.GetTimestamp();
        MappedPages.PrepareWriting(start, bytes);
        double milliseconds = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        lock (_lock)
        {
            (_prepared, _milliseconds) = (_prepared + bytes, _milliseconds + milliseconds);
            if (_small || _prepared < Watched)
                return;
            _small = IsSlow(_prepared, _milliseconds);
            (_prepared, _milliseconds) = (0, 0);
            if (_small)
                MappedPages.PreferSmall(_data, _bytes);
        }
    }

    /// <summary>Whether small pages would come sooner than large ones that take so long.</summary>
    internal static bool IsSlow(long bytes, double milliseconds) => milliseconds > bytes * SlowMillisecondsPerByte;

    /// <summary>Nothing more is taken.</summary>
    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        Leave();
    }

    private void Leave()
    {
        if (--_users > 0)
            return;
        NativeMemory.AlignedFree(_data);
        _data = null;
    }

    /// <summary>One matrix's part of the memory.</summary>
    internal sealed class Share(PackedMemory owner) : IDisposable
    {
        private PackedMemory? _owner = owner;

        public void Dispose()
        {
            _owner?.Leave();
            _owner = null;
        }
    }
}

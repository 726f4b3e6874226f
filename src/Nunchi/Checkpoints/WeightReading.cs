using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>
/// Reads many tensors in pieces on several threads, in the order of the files: each piece is converted to float32 in its place, or packed, and checked while it is still in the cache.
/// </summary>
internal sealed unsafe class WeightReading(LoadOptions options, long total)
{
    private const long PieceElements = 1 << 21;
    private readonly List<Piece> _pieces = [];
    private readonly Dictionary<string, (float Value, long At)> _faults = [];
    private readonly Lock _lock = new();
    private long _done;

    /// <summary>The first value of each tensor that is not finite, once <see cref="Run"/> has ended.</summary>
    internal IReadOnlyDictionary<string, (float Value, long At)> NotFinite => _faults;

    /// <summary>Plans a tensor that becomes float32.</summary>
    internal void Add(SafetensorsFile file, SafetensorsEntry entry, float* destination)
    {
        nint to = (nint)destination;
        for (long first = 0; first < entry.Count; first += PieceElements)
        {
            long from = first, length = Math.Min(PieceElements, entry.Count - first);
            _pieces.Add(new Piece(file, entry, first, () => Read(file, entry, from, length, (float*)to + from)));
        }
    }

    /// <summary>Plans a matrix that is packed from tensors.</summary>
    internal void Add(MatrixPacking matrix)
    {
        int strips = (int)Math.Max(1, PieceElements / matrix.StripCount);
        for (int first = 0; first < matrix.Strips; first += strips)
        {
            int from = first, count = Math.Min(strips, matrix.Strips - first);
            var (file, entry, at, _) = matrix.Rows(from, count).First();
            _pieces.Add(new Piece(file, entry, at, () => Pack(matrix, from, count)));
        }
    }

    /// <summary>Reads what was planned since the last time.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidDataException">A tensor holds no floats.</exception>
    internal void Run()
    {
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            CancellationToken = options.Cancellation,
        };
        Piece[] inOrder = [.. _pieces.OrderBy(piece => piece.File.Path, StringComparer.Ordinal).ThenBy(piece => piece.Entry.Offset).ThenBy(piece => piece.First)];
        _pieces.Clear();
        try
        {
            Parallel.ForEach(Partitioner.Create(inOrder, EnumerablePartitionerOptions.NoBuffering), parallel, piece => piece.Work());
        }
        catch (AggregateException failures)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    /// <summary>Reads the rest and tells that all is read.</summary>
    internal void Finish()
    {
        Run();
        options.Progress?.Invoke(new LoadProgress(total, total));
    }

    private void Read(SafetensorsFile file, SafetensorsEntry entry, long first, long length, float* to)
    {
        file.Prepare(entry, first, length);
        file.Read(entry, first, length, to);
        int at = FirstNonFinite(new ReadOnlySpan<float>(to, (int)length));
        file.Release(entry, first, length);
        if (at >= 0)
            Fault(entry, to[at], first + at);
        Tell(length * entry.ByteCount / entry.Count);
    }

    private void Pack(MatrixPacking matrix, int first, int count)
    {
        bool finite = matrix.Pack(first, count);
        long bytes = 0;
        foreach (var (file, entry, from, length) in matrix.Rows(first, count))
        {
            bytes += length * entry.ByteCount / entry.Count;
            if (!finite)
                FindFault(file, entry, from, length);
        }
        Tell(bytes);
    }

    private void FindFault(SafetensorsFile file, SafetensorsEntry entry, long first, long length)
    {
        float[] values = new float[length];
        fixed (float* to = values)
            file.Read(entry, first, length, to);
        int at = FirstNonFinite(values);
        if (at >= 0)
            Fault(entry, values[at], first + at);
    }

    private void Fault(SafetensorsEntry entry, float value, long at)
    {
        lock (_lock)
        {
            if (!_faults.TryGetValue(entry.Name, out var known) || known.At > at)
                _faults[entry.Name] = (value, at);
        }
    }

    private void Tell(long bytes)
    {
        lock (_lock)
        {
            _done += bytes;
            options.Progress?.Invoke(new LoadProgress(Math.Min(_done, total), total));
        }
    }

    // Anything times zero is zero unless it is infinite or NaN.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FirstNonFinite(ReadOnlySpan<float> values)
    {
        var sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            sum += new Vector<float>(values[i..]) * Vector<float>.Zero;
        bool clean = Vector.EqualsAll(sum, Vector<float>.Zero);
        for (int j = clean ? i : 0; j < values.Length; j++)
        {
            if (!float.IsFinite(values[j]))
                return j;
        }
        return -1;
    }

    private sealed record Piece(SafetensorsFile File, SafetensorsEntry Entry, long First, Action Work);
}

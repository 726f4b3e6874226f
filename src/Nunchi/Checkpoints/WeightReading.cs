using System.Numerics;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>Reads many tensors in pieces on several threads: each piece is converted to float32 in its place and checked while it is still in the cache.</summary>
internal sealed unsafe class WeightReading(LoadOptions options)
{
    private const long PieceElements = 1 << 21;
    private readonly List<Piece> _pieces = [];
    private readonly Dictionary<string, (float Value, long At)> _faults = [];
    private readonly Lock _lock = new();
    private long _total, _done;

    /// <summary>The first value of each tensor that is not finite, once <see cref="Run"/> has ended.</summary>
    internal IReadOnlyDictionary<string, (float Value, long At)> NotFinite => _faults;

    /// <summary>Plans a tensor.</summary>
    internal void Add(SafetensorsFile file, SafetensorsEntry entry, float* destination)
    {
        for (long first = 0; first < entry.Count; first += PieceElements)
            _pieces.Add(new Piece(file, entry, first, Math.Min(PieceElements, entry.Count - first), (nint)(destination + first)));
        _total += entry.ByteCount;
    }

    /// <summary>Reads all.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidDataException">A tensor holds no floats.</exception>
    internal void Run()
    {
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
            CancellationToken = options.Cancellation,
        };
        try
        {
            Parallel.ForEach(_pieces, parallel, Read);
        }
        catch (AggregateException failures)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
        options.Progress?.Invoke(new LoadProgress(_total, _total));
    }

    private void Read(Piece piece)
    {
        piece.File.Prepare(piece.Entry, piece.First, piece.Length);
        piece.File.Read(piece.Entry, piece.First, piece.Length, (float*)piece.Destination);
        int at = FirstNonFinite(new ReadOnlySpan<float>((float*)piece.Destination, (int)piece.Length));
        piece.File.Release(piece.Entry, piece.First, piece.Length);
        lock (_lock)
        {
            if (at >= 0 && (!_faults.TryGetValue(piece.Entry.Name, out var known) || known.At > piece.First + at))
                _faults[piece.Entry.Name] = (((float*)piece.Destination)[at], piece.First + at);
            _done += piece.Length * piece.Entry.ByteCount / piece.Entry.Count;
            options.Progress?.Invoke(new LoadProgress(Math.Min(_done, _total), _total));
        }
    }

    // Anything times zero is zero unless it is infinite or NaN.
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

    private sealed record Piece(SafetensorsFile File, SafetensorsEntry Entry, long First, long Length, nint Destination);
}

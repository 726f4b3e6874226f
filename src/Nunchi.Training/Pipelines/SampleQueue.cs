using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Nunchi.Training.Pipelines;

/// <summary>Makes samples on one thread; every producer thread has its own.</summary>
/// <typeparam name="T">A recycled buffer for one sample.</typeparam>
internal interface ISampleMaker<in T>
{
    /// <summary>Fills a buffer. The result depends on nothing but the index and the level.</summary>
    void Make(long index, int level, T sample);
}

/// <summary>
/// A ring of recycled samples that background threads fill ahead of the training. Samples come out in the order of their index whatever the number of
/// producers; nothing is made further ahead than the ring is long, so that a level decided now can take effect at a sample that nobody has begun.
/// </summary>
internal sealed class SampleQueue<T> : IDisposable
    where T : class
{
    private readonly Lock _gate = new();
    private readonly T[] _slots;
    private readonly long[] _readyIndex;
    private readonly Func<long, int> _levelAt;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim[] _ready;
    private long _nextToMake;
    private long _nextToTake;
    private long _nextToRelease;
    private long _waitedTicks;
    private bool _seen;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopping;

    public SampleQueue(int capacity, int producers, long first, Func<T> create, Func<ISampleMaker<T>> createMaker, Func<long, int> levelAt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(producers, 1);
        _slots = new T[capacity];
        _readyIndex = new long[capacity];
        _ready = new SemaphoreSlim[capacity];
        for (var i = 0; i < capacity; i++)
        {
            _slots[i] = create();
            _readyIndex[i] = -1;
            _ready[i] = new SemaphoreSlim(0);
        }

        _levelAt = levelAt;
        _free = new SemaphoreSlim(capacity);
        _nextToMake = _nextToTake = _nextToRelease = first;
        _threads = new Thread[producers];
        for (var i = 0; i < producers; i++)
        {
            var maker = createMaker();
            _threads[i] = new Thread(() => Produce(maker)) { IsBackground = true, Name = $"samples {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>How many samples may be ahead of the training.</summary>
    public int Capacity => _slots.Length;

    /// <summary>Index of the next sample to be taken.</summary>
    public long NextIndex => _nextToTake;

    /// <summary>Time that the training has waited for samples.</summary>
    public TimeSpan Waited => TimeSpan.FromSeconds(_waitedTicks / (double)Stopwatch.Frequency);

    /// <summary>Waits for the next sample and shows it without taking it.</summary>
    /// <exception cref="InvalidOperationException">Every buffer is taken, or a sample could not be made (its index is in the message).</exception>
    public T Peek()
    {
        if (_nextToTake - _nextToRelease >= Capacity)
            throw new InvalidOperationException($"all {Capacity} buffers are taken; release some before taking more");
        var slot = (int)(_nextToTake % Capacity);
        if (!_seen)
        {
            if (!_ready[slot].Wait(0))
            {
                var started = Stopwatch.GetTimestamp();
                _ready[slot].Wait();
                _waitedTicks += Stopwatch.GetTimestamp() - started;
            }

            if (_readyIndex[slot] != _nextToTake)
            {
                _ready[slot].Release();
                _failure!.Throw();
            }

            _seen = true;
        }

        return _slots[slot];
    }

    /// <summary>Takes the next sample; it stays untouched until <see cref="Release"/> has counted it.</summary>
    /// <exception cref="InvalidOperationException">See <see cref="Peek"/>.</exception>
    public T Take()
    {
        var sample = Peek();
        _nextToTake++;
        _seen = false;
        return sample;
    }

    /// <summary>Gives the oldest taken buffers back to the producers.</summary>
    public void Release(int count)
    {
        if (count < 0 || _nextToRelease + count > _nextToTake)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"only {_nextToTake - _nextToRelease} samples are taken");
        if (count == 0)
            return;
        _nextToRelease += count;
        _free.Release(count);
    }

    public void Dispose()
    {
        _stopping = true;
        _free.Release(_threads.Length);
        foreach (var thread in _threads)
            thread.Join();
        foreach (var slot in _slots)
            (slot as IDisposable)?.Dispose();
        foreach (var ready in _ready)
            ready.Dispose();
        _free.Dispose();
    }

    private void Produce(ISampleMaker<T> maker)
    {
        try
        {
            while (true)
            {
                _free.Wait();
                if (_stopping)
                    return;
                long index;
                lock (_gate)
                    index = _nextToMake++;
                if (!MakeOne(maker, index))
                    return;
            }
        }
        finally
        {
            (maker as IDisposable)?.Dispose();
        }
    }

    private bool MakeOne(ISampleMaker<T> maker, long index)
    {
        var slot = (int)(index % Capacity);
        try
        {
            maker.Make(index, _levelAt(index), _slots[slot]);
            _readyIndex[slot] = index;
            _ready[slot].Release();
            return true;
        }
        catch (Exception error)
        {
            lock (_gate)
                _failure ??= ExceptionDispatchInfo.Capture(new InvalidOperationException($"sample {index} could not be made: {error.Message}", error));
            _stopping = true;
            for (var i = 0; i < Capacity; i++)
                _ready[i].Release();
            _free.Release(_threads.Length);
            return false;
        }
    }
}

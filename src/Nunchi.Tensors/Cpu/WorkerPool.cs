using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nunchi.Tensors.Cpu;

/// <summary>
/// N-1 background threads and the caller. A job is a number of items; participants take chunks of them from one counter, so a thread that the system has put aside never
/// holds the others up. Which thread runs which chunk is not fixed: bodies must give results that do not depend on it, nor on where chunks begin.
/// </summary>
/// <remarks>
/// The gate word holds the job's number (upper half), a closed bit and the number of workers inside. A worker enters by compare-and-swap while the gate is open; the caller
/// closes it when no chunk is left and waits for those inside. Idle workers watch the gate for a bounded time and then sleep.
/// </remarks>
internal sealed unsafe class WorkerPool : IDisposable
{
    private const long Closed = 0x8000_0000L;
    private const long InsideMask = 0x7fff_ffffL;

    private readonly Worker[] workers;
    private readonly long spinTicks;
    private readonly State* state;
    private volatile bool disposed;
    private volatile int activeThreads;

    public WorkerPool(int threads, int spinMicroseconds)
    {
        Threads = threads;
        activeThreads = threads;
        spinTicks = spinMicroseconds * Stopwatch.Frequency / 1_000_000;
        state = (State*)NativeMemory.AlignedAlloc((nuint)sizeof(State), 128);
        *state = default;
        state->Gate = Closed;
        workers = new Worker[threads - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            var worker = new Worker(this, i + 1);
            workers[i] = worker;
            worker.Start();
        }
    }

    /// <summary>Threads that compute, the caller included.</summary>
    public int Threads { get; }

    /// <summary>How many of them the next job is given, the caller included; one that is still awake may come in as well.</summary>
    public int ActiveThreads
    {
        get => activeThreads;
        set => activeThreads = Math.Clamp(value, 1, Threads);
    }

    /// <summary>Calls body(context, start, end, worker) until 0..items is covered, in chunks of at least <paramref name="grain"/> items; returns when all are done.</summary>
    public void For(int items, int grain, delegate*<void*, int, int, int, void> body, void* context)
    {
        if (items <= 0) return;
        if (items <= grain || activeThreads == 1)
        {
            body(context, 0, items, 0);
            return;
        }
        var chunk = Math.Max(grain, (items + (Threads * 8) - 1) / (Threads * 8));
        Run(items, chunk, body, context);
    }

    /// <summary>As <see cref="For"/>, with chunks of exactly <paramref name="chunk"/> items (the last may be shorter).</summary>
    public void Run(int items, int chunk, delegate*<void*, int, int, int, void> body, void* context)
    {
        var chunks = (items + chunk - 1) / chunk;
        var active = activeThreads;
        if (chunks <= 1 || active == 1)
        {
            if (items > 0) body(context, 0, items, 0);
            return;
        }
        var s = state;
        s->Body = body;
        s->Context = context;
        s->Items = items;
        s->Chunk = chunk;
        s->Next = 0;
        var number = (Volatile.Read(ref s->Gate) >> 32) + 1;
        Interlocked.Exchange(ref s->Gate, number << 32);

        var helpers = Math.Min(active - 1, chunks - 1);
        for (var i = 0; i < helpers; i++) workers[i].Wake();

        Participate(s, 0);

        Interlocked.Or(ref s->Gate, Closed);
        var spins = 0;
        while ((Volatile.Read(ref s->Gate) & InsideMask) != 0)
        {
            if (++spins < 2_000) Thread.SpinWait(4);
            else Thread.Yield();
        }
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        foreach (var worker in workers) worker.Dispose();
        NativeMemory.AlignedFree(state);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Participate(State* s, int worker)
    {
        var chunk = s->Chunk;
        var items = s->Items;
        while (true)
        {
            var start = Interlocked.Add(ref s->Next, chunk) - chunk;
            if (start >= items) return;
            s->Body(s->Context, (int)start, (int)Math.Min(start + chunk, items), worker);
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct State
    {
        [FieldOffset(0)]
        public long Gate;

        [FieldOffset(128)]
        public long Next;

        [FieldOffset(256)]
        public delegate*<void*, int, int, int, void> Body;

        [FieldOffset(264)]
        public void* Context;

        [FieldOffset(272)]
        public int Items;

        [FieldOffset(276)]
        public int Chunk;
    }

    private sealed class Worker(WorkerPool pool, int index) : IDisposable
    {
        private readonly AutoResetEvent wake = new(false);
        private Thread? thread;
        private int sleeping;

        public void Start()
        {
            thread = new Thread(Loop) { IsBackground = true, Name = $"nunchi worker {index}" };
            thread.Start();
        }

        public void Wake()
        {
            if (Volatile.Read(ref sleeping) != 0 && Interlocked.Exchange(ref sleeping, 0) != 0) wake.Set();
        }

        public void Dispose()
        {
            wake.Set();
            thread!.Join();
            wake.Dispose();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Loop()
        {
            var s = pool.state;
            long seen = 0;
            while (!pool.disposed)
            {
                if (TryEnter(s, ref seen))
                {
                    Participate(s, index);
                    Interlocked.Decrement(ref s->Gate);
                    continue;
                }
                if (SpinForJob(s, seen)) continue;
                Interlocked.Exchange(ref sleeping, 1);
                if (!IsOpen(Volatile.Read(ref s->Gate), seen) && !pool.disposed) wake.WaitOne();
                Interlocked.Exchange(ref sleeping, 0);
            }
        }

        private static bool IsOpen(long gate, long seen) => (gate & Closed) == 0 && gate >> 32 != seen;

        private static bool TryEnter(State* s, ref long seen)
        {
            var gate = Volatile.Read(ref s->Gate);
            while (IsOpen(gate, seen))
            {
                var before = Interlocked.CompareExchange(ref s->Gate, gate + 1, gate);
                if (before == gate)
                {
                    seen = gate >> 32;
                    return true;
                }
                gate = before;
            }
            return false;
        }

        private bool SpinForJob(State* s, long seen)
        {
            var deadline = Stopwatch.GetTimestamp() + pool.spinTicks;
            do
            {
                for (var i = 0; i < 32; i++)
                {
                    if (IsOpen(Volatile.Read(ref s->Gate), seen)) return true;
                    Thread.SpinWait(1);
                }
            }
            while (Stopwatch.GetTimestamp() < deadline && !pool.disposed);
            return false;
        }
    }
}

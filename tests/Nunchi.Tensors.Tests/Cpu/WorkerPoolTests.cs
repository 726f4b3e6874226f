using Nunchi.Tensors.Cpu;

namespace Nunchi.Tensors.Tests.Cpu;

public unsafe class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_AnyItemsAndChunks_VisitsEachItemOnce(int threads)
    {
        using var pool = new WorkerPool(threads, 20);
        foreach (var items in new[] { 0, 1, 2, 7, 100, 1001 })
        {
            foreach (var chunk in new[] { 1, 3, 64, 5000 })
            {
                using var counts = new GuardedMemory(Math.Max(1, items));
                counts.Span.Clear();
                pool.Run(items, chunk, &CountBody, counts.Pointer);
                for (var i = 0; i < items; i++) Assert.Equal(1f, counts.Span[i]);
                counts.AssertGuards();
            }
        }
    }

    [Fact]
    public void ActiveThreads_ChangedWhileJobsRun_LosesNoItem()
    {
        using var pool = new WorkerPool(4, 20);
        Assert.Equal(4, pool.ActiveThreads);
        pool.ActiveThreads = 9;
        Assert.Equal(4, pool.ActiveThreads);
        pool.ActiveThreads = 0;
        Assert.Equal(1, pool.ActiveThreads);
        var done = false;
        var changing = new Thread(() =>
        {
            for (var i = 0; !Volatile.Read(ref done); i++) pool.ActiveThreads = 1 + (i % 4);
        });
        changing.Start();
        using var counts = new GuardedMemory(301);
        for (var round = 0; round < 2000; round++)
        {
            counts.Span.Clear();
            pool.Run(301, 7, &CountBody, counts.Pointer);
            foreach (var count in counts.Span) Assert.Equal(1f, count);
        }
        Volatile.Write(ref done, true);
        changing.Join();
    }

    [Fact]
    public void Run_ManySmallJobs_NeverLosesOne()
    {
        using var pool = new WorkerPool(3, 0);
        long total = 0;
        for (var i = 0; i < 3000; i++)
        {
            pool.Run(7, 1, &SumBody, &total);
            Assert.Equal(7 * (i + 1), total);
        }
    }

    [Fact]
    public void Run_ItemsThatWaitForEachOther_AllThreadsTakePart()
    {
        using var pool = new WorkerPool(4, 50);
        for (var i = 0; i < 50; i++)
        {
            var missing = 4;
            pool.Run(4, 1, &MeetBody, &missing);
            Assert.Equal(0, missing);
        }
    }

    [Fact]
    public void For_FewerItemsThanTheGrain_RunsOnTheCaller()
    {
        using var pool = new WorkerPool(3, 50);
        var thread = 0;
        pool.For(10, 10, &ThreadBody, &thread);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void Run_TwoPoolsFromTwoThreads_DoNotDisturbEachOther()
    {
        Parallel.For(0, 2, _ =>
        {
            using var pool = new WorkerPool(2, 10);
            long total = 0;
            for (var i = 0; i < 500; i++) pool.Run(5, 1, &SumBody, &total);
            Assert.Equal(2500, total);
        });
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var pool = new WorkerPool(3, 0);
        pool.Dispose();
        pool.Dispose();
    }

    private static void CountBody(void* context, int start, int end, int worker)
    {
        for (var i = start; i < end; i++) ((float*)context)[i]++;
    }

    private static void SumBody(void* context, int start, int end, int worker) => Interlocked.Add(ref *(long*)context, end - start);

    private static void MeetBody(void* context, int start, int end, int worker)
    {
        Interlocked.Decrement(ref *(int*)context);
        while (Volatile.Read(ref *(int*)context) > 0) Thread.Yield();
    }

    private static void ThreadBody(void* context, int start, int end, int worker) => *(int*)context = Environment.CurrentManagedThreadId;
}

using Nunchi.Generation;
using Nunchi.Generation.Scheduling;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation.Scheduling;

public class PassSchedulerTests
{
    // Longer than any test: passes begin only when all who have a seat are there.
    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(5);

    [Fact]
    public void Run_AllWhoHaveASeat_GoTogether()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var passes = new PassScheduler(golden.Model, new Tape(golden.Backend), Patient);
        const int Conversations = 5, Steps = 6;
        float[][] expected = [.. Enumerable.Range(0, Conversations).Select(i => Write(golden, null, i, Steps))];
        IDisposable[] seats = [.. Enumerable.Range(0, Conversations).Select(_ => passes.Enter())];
        float[][] actual = new float[Conversations][];

        Together(Conversations, i =>
        {
            using (seats[i])
                actual[i] = Write(golden, passes, i, Steps);
        });

        Assert.Equal(expected, actual);
        Assert.Equal((Steps, Conversations * Steps), (passes.Passes, passes.Parts));
        Assert.Equal(0, passes.Seats);
    }

    [Fact]
    public void Run_SomeLeaveEarlier_TheOthersGoOn()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var passes = new PassScheduler(golden.Model, new Tape(golden.Backend), Patient);
        IDisposable[] seats = [.. Enumerable.Range(0, 4).Select(_ => passes.Enter())];

        Together(4, i =>
        {
            using (seats[i])
                Write(golden, passes, i, (2 * i) + 1);
        });

        Assert.Equal((7, 1 + 3 + 5 + 7), (passes.Passes, passes.Parts));
    }

    [Fact]
    public void Run_SomebodyDoesNotHandIn_IsNotWaitedForForever()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var passes = new PassScheduler(golden.Model, new Tape(golden.Backend), TimeSpan.FromMilliseconds(1));
        using IDisposable idle = passes.Enter(), own = passes.Enter();

        Assert.Equal(Write(golden, null, 1, 3), Write(golden, passes, 1, 3));
    }

    [Fact]
    public void Run_OneIsWrong_FailsAlone()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var passes = new PassScheduler(golden.Model, new Tape(golden.Backend), Patient);
        IDisposable[] seats = [.. Enumerable.Range(0, 3).Select(_ => passes.Enter())];
        var failures = new Exception?[3];
        float[][] actual = new float[3][];

        Together(3, i =>
        {
            using (seats[i])
                failures[i] = Record.Exception(() => actual[i] = i == 1 ? Write(golden, passes, 1_000_000, 2) : Write(golden, passes, i, 2));
        });

        Assert.IsAssignableFrom<ArgumentException>(failures[1]);
        Assert.Equal([null, null], [failures[0], failures[2]]);
        Assert.Equal(Write(golden, null, 0, 2), actual[0]);
        Assert.Equal(Write(golden, null, 2, 2), actual[2]);
    }

    [Fact]
    public void Run_CancelledWhileItWaits_LeavesWithoutAPass()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var passes = new PassScheduler(golden.Model, new Tape(golden.Backend), TimeSpan.FromMilliseconds(30));
        using var cache = new KeyValueCache(golden.Backend, golden.Model.Config.Text);
        using var part = new SequencePart(cache, -1);
        part.Ask([1, 2], null, 0, 512);

        Assert.Throws<OperationCanceledException>(() => passes.Run(part, new CancellationToken(canceled: true)));
        Assert.Equal((0, 0), (passes.Passes, cache.Length));
    }

    [Fact]
    public void Run_PromptsBesideAnAnswer_TakePiecesInTurn()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using var passes = new PassScheduler(golden.Model, new Tape(golden.Backend), Patient);
        IDisposable[] seats = [.. Enumerable.Range(0, 3).Select(_ => passes.Enter())];
        int[] prompt = [.. Enumerable.Range(0, 200).Select(i => 1 + (i * 7 % 600))];
        int steps = 0;
        var told = new List<(int Conversation, int Done, int Steps)>();
        float[][] actual = new float[2][];

        Together(3, i =>
        {
            using (seats[i])
            {
                using Generator generator = Make(golden, passes);
                if (i == 2)
                {
                    // As long as both prompts run: 400 tokens in pieces of 64.
                    for (; steps < 8; steps++)
                        generator.Step(5);
                    return;
                }
                actual[i] = generator.Prefill(prompt, done: done =>
                {
                    lock (told)
                        told.Add((i, done, steps));
                }, cancellation: TestContext.Current.CancellationToken).ToArray();
            }
        });

        Assert.Equal(actual[0], actual[1]);
        foreach (int i in (int[])[0, 1])
        {
            List<int> done = [.. told.Where(one => one.Conversation == i).Select(one => one.Done)];
            Assert.Equal(200, done[^1]);
            Assert.Equal(PassScheduler.PromptBesideAnswers, done[0]);
            // Neither waits until the other one is through.
            Assert.True(told.FindIndex(one => one.Conversation == i && one.Done < 200) < told.FindIndex(one => one.Conversation != i && one.Done == 200));
        }
        using Generator plain = Make(golden, null);
        Assert.Equal(plain.Prefill(prompt, cancellation: TestContext.Current.CancellationToken).ToArray(), actual[0]);
    }

    private static void Together(int count, Action<int> body)
    {
        var failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() => failures[i] = Record.Exception(() => body(i))))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(failures, Assert.Null);
    }

    private static Generator Make(GoldenModel golden, PassScheduler? passes) => new(golden.Model, golden.Tape, passes, 512, CacheFormat.Float32);

    private static float[] Write(GoldenModel golden, PassScheduler? passes, int id, int steps)
    {
        using Generator generator = Make(golden, passes);
        var logits = new List<float>();
        for (int step = 0; step < steps; step++)
            logits.AddRange(generator.Extend([id, (id * step) + 1]).ToArray());
        return [.. logits];
    }
}

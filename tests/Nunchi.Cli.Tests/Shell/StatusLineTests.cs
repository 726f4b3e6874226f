namespace Nunchi.Cli.Tests.Shells;

public class StatusLineTests
{
    [Fact]
    public void Status_ShorterThanASecond_DrawsNothing()
    {
        using var shell = new TestShell { ErrorTerminal = Wide };
        var clock = new ManualClock();

        using (new StatusLine(shell.Build() with { Clock = clock }, "loading"))
            clock.Advance(TimeSpan.FromMilliseconds(900));

        Assert.Empty(shell.Errors);
    }

    [Fact]
    public void Status_LongerThanASecond_TellsProgressAndIsWiped()
    {
        using var shell = new TestShell { ErrorTerminal = Wide };
        var clock = new ManualClock();

        using (var status = new StatusLine(shell.Build() with { Clock = clock }, "loading"))
        {
            status.Report("looking at the picture", 0.25);
            clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Contains("looking at the picture 25 % · 2 s", shell.Errors, StringComparison.Ordinal);
        Assert.EndsWith("\r\e[2K", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_NoTerminal_DrawsNothing()
    {
        using var shell = new TestShell();
        var clock = new ManualClock();

        using (new StatusLine(shell.Build() with { Clock = clock }, "loading"))
            clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(shell.Errors);
    }

    private static Terminal Wide => new(true, 80, ColorDepth.True, PictureProtocol.None);

    /// <summary>A clock that a test moves; its timers fire as it passes their time.</summary>
    private sealed class ManualClock : TimeProvider
    {
        private readonly List<ManualTimer> timers = [];
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan time)
        {
            long end = now + time.Ticks;
            while (timers.Where(timer => timer.Next <= end).MinBy(timer => timer.Next) is ManualTimer timer)
            {
                now = timer.Next;
                timer.Next = timer.Period > 0 ? now + timer.Period : long.MaxValue;
                timer.Fire();
            }
            now = end;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ManualTimer(() => callback(state)) { Next = now + dueTime.Ticks, Period = period.Ticks };
            timers.Add(timer);
            return timer;
        }

        private sealed class ManualTimer(Action fire) : ITimer
        {
            public long Next { get; set; }

            public long Period { get; init; }

            public void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

            public void Dispose() => Next = long.MaxValue;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}

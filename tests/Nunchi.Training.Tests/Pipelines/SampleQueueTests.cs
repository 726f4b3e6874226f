using Nunchi.Training.Pipelines;

namespace Nunchi.Training.Tests.Pipelines;

public class SampleQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Take_SeveralProducers_GivesSamplesInOrderInRecycledBuffers(int producers)
    {
        var made = 0;
        using var queue = new SampleQueue<Slot>(8, producers, 100, () => new Slot(Interlocked.Increment(ref made)), () => new Maker(), index => (int)(index / 50));
        var buffers = new HashSet<int>();
        for (long index = 100; index < 400; index++)
        {
            Assert.Equal(index, queue.NextIndex);
            var slot = queue.Take();
            Assert.Equal((index, (int)(index / 50)), (slot.Index, slot.Level));
            buffers.Add(slot.Number);
            if (index % 3 == 0)
                queue.Release(3 - (index < 103 ? 2 : 0));
        }

        Assert.Equal(8, made);
        Assert.Equal(8, buffers.Count);
    }

    [Fact]
    public void Peek_BeforeTake_ShowsTheSameSampleAndTakesNothing()
    {
        using var queue = new SampleQueue<Slot>(4, 2, 0, () => new Slot(0), () => new Maker(), _ => 0);

        Assert.Same(queue.Peek(), queue.Peek());
        Assert.Equal(0, queue.NextIndex);
        Assert.Equal(0, queue.Take().Index);
        Assert.Equal(1, queue.Take().Index);
    }

    [Fact]
    public void Take_EverythingTaken_SaysToRelease()
    {
        using var queue = new SampleQueue<Slot>(2, 1, 0, () => new Slot(0), () => new Maker(), _ => 0);
        queue.Take();
        queue.Take();

        Assert.Contains("release", Assert.Throws<InvalidOperationException>(queue.Take).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => queue.Release(3));
    }

    [Fact]
    public void Take_SampleThatCannotBeMade_NamesItsIndex()
    {
        using var queue = new SampleQueue<Slot>(4, 3, 0, () => new Slot(0), () => new Maker(failing: 6), _ => 0);

        var error = Assert.Throws<InvalidOperationException>(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                queue.Take();
                queue.Release(1);
            }
        });
        Assert.Contains("sample 6", error.Message, StringComparison.Ordinal);
        Assert.Contains("no such font", error.Message, StringComparison.Ordinal);
    }

    private sealed class Slot(int number)
    {
        public int Number => number;

        public long Index { get; set; }

        public int Level { get; set; }
    }

    private sealed class Maker(long failing = -1) : ISampleMaker<Slot>
    {
        public void Make(long index, int level, Slot sample)
        {
            if (index == failing)
                throw new IOException("no such font");
            (sample.Index, sample.Level) = (index, level);
        }
    }
}

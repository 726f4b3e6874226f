using Nunchi.Generation.Drafting;

namespace Nunchi.Tests.Generation.Drafting;

public class DraftLengthTests
{
    [Fact]
    public void Of_GuessesThatHold_GrowsToTheMost()
    {
        var length = new DraftLength();
        int first = length.Of(3, 7);

        for (int i = 0; i < 20; i++)
            length.Learn(3, 7, 7);

        Assert.InRange(first, 1, 6);
        Assert.Equal(7, length.Of(3, 7));
        Assert.Equal(2, length.Of(3, 2));
    }

    [Fact]
    public void Of_GuessesThatFail_ShrinksToNoneAndTriesAgainLater()
    {
        var length = new DraftLength();
        for (int i = 0; i < 20; i++)
            length.Learn(3, 3, 0);

        Assert.Equal(0, length.Of(3, 7));
        Assert.True(length.Of(4, 7) > 0);
        Assert.Contains(Enumerable.Range(0, 200), _ => length.Of(3, 7) > 0);
    }
}

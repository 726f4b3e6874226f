using Nunchi.Generation.Drafting;

namespace Nunchi.Tests.Generation.Drafting;

public class PromptLookupTests
{
    private const int Image = 99, Tag = 50;

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 5, 9, 2, 3 }, 2, new[] { 4, 5, 9 })]
    [InlineData(new[] { 1, 2, 3, 4, 8, 2, 3, 5, 9, 2, 3 }, 2, new[] { 5, 9, 2 })]
    [InlineData(new[] { 1, 2, 3, 4, 8, 7, 3, 4, 5, 1, 2, 3, 4 }, 4, new[] { 8, 7, 3 })]
    [InlineData(new[] { 6, Tag, 7, 8, Tag }, 1, new[] { 7, 8, Tag })]
    [InlineData(new[] { 7, 7, 7 }, 2, new[] { 7 })]
    public void Find_TextThatRepeats_GoesOnAsAtTheLastPlace(int[] text, int agreeing, int[] expected)
    {
        var lookup = new PromptLookup(text, Image, [Tag]);
        var draft = new List<int>();

        lookup.Read(lookup.Find(out int found), 3, draft);

        Assert.Equal(agreeing, found);
        Assert.Equal(expected, draft);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 4 })]
    [InlineData(new[] { 1, 2, 3, 9, 3 })]
    [InlineData(new[] { Image, Image, Image, Image })]
    [InlineData(new[] { 1, Image, 2, 1, Image })]
    [InlineData(new int[0])]
    public void Find_NothingThatRepeats_FindsNothing(int[] text)
    {
        new PromptLookup(text, Image, [Tag]).Find(out int agreeing);

        Assert.Equal(0, agreeing);
    }

    [Fact]
    public void Read_UpToAPicture_Ends()
    {
        var lookup = new PromptLookup([1, 2, 3, Image, 4, 1, 2], Image, []);
        var draft = new List<int>();

        lookup.Read(lookup.Find(out _), 5, draft);

        Assert.Equal([3], draft);
    }
}

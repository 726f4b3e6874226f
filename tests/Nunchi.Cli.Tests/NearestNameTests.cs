namespace Nunchi.Cli.Tests;

public class NearestNameTests
{
    [Theory]
    [InlineData("chta", "chat")]
    [InlineData("captoin", "caption")]
    [InlineData("locat", "locate")]
    [InlineData("--josn", "--json")]
    [InlineData("qqqqqq", null)]
    [InlineData("", null)]
    public void Find_Mistyped_GivesTheNearestOrNone(string word, string? expected) =>
        Assert.Equal(expected, NearestName.Find(word, ["chat", "caption", "read", "locate", "--json", "--draw"]));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_Words_CountsEdits(string a, string b, int edits) => Assert.Equal(edits, Nunchi.Text.NameDistance.Between(a, b));
}

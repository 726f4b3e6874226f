namespace Nunchi.Cli.Tests.Shells;

public class TextWidthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc 1", 5)]
    [InlineData("판교역", 6)]
    [InlineData("한", 2)]
    [InlineData("漢字", 4)]
    [InlineData("😀", 2)]
    [InlineData("é", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("·", 1)]
    public void Of_Text_CountsColumns(string text, int columns) => Assert.Equal(columns, TextWidth.Of(text));

    [Fact]
    public void Cut_WideText_NeverPassesTheColumns()
    {
        Assert.Equal("판교", TextWidth.Cut("판교역", 5));
        Assert.Equal("판교역", TextWidth.Cut("판교역", 6));
    }
}

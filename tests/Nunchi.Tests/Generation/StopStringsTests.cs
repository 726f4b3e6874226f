using CsCheck;
using Nunchi.Generation;

namespace Nunchi.Tests.Generation;

public class StopStringsTests
{
    [Fact]
    public void Append_StopAcrossPieces_EndsBeforeIt()
    {
        var stops = new StopStrings(["\n\n", "끝"]);

        Assert.Equal("가나", stops.Append("가나\n"));
        Assert.Equal("", stops.Append("\n다"));
        Assert.True(stops.Stopped);
        Assert.Equal("", stops.Append("더"));
        Assert.Equal("", stops.Finish());
    }

    [Fact]
    public void Append_OnlyTheBeginning_IsGivenLater()
    {
        var stops = new StopStrings(["END"]);

        Assert.Equal("a", stops.Append("aEN"));
        Assert.Equal("ENo", stops.Append("o"));
        Assert.Equal("", stops.Append("E"));
        Assert.Equal("E", stops.Finish());
        Assert.False(stops.Stopped);
    }

    [Fact]
    public void Append_TextInAnyPieces_GivesWhatTheWholeGives()
    {
        string[] stops = ["aab", "bb", "cab"];
        Gen.Select(Gen.String["abc"].Array[0, 12], Gen.Const(0)).Sample((pieces, _) =>
        {
            string text = string.Concat(pieces);
            int end = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(text.Length).Min();
            var watcher = new StopStrings(stops);

            string given = string.Concat(pieces.Select(watcher.Append)) + watcher.Finish();

            Assert.Equal(text[..end], given);
            Assert.Equal(end < text.Length, watcher.Stopped);
        }, iter: 2000, threads: 1);
    }
}

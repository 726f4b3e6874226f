namespace Nunchi.Cli.Tests.Commands;

public class DataCommandTests
{
    [Fact]
    public async Task Draw_UnknownKind_SuggestsTheNearest()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("data", "draw", shell.PathOf("out"), "--kind", "stations"));
        Assert.Contains("Did you mean 'station'?", shell.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(shell.PathOf("out")));
    }

    [Fact]
    public async Task Draw_PlaceIsTaken_IsRefusedAndKept()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("data", "draw", shell.Folder));
        Assert.Contains("name a directory that is new or empty", shell.Errors, StringComparison.Ordinal);
        Assert.True(Directory.Exists(shell.Model));
    }

    [Fact]
    public async Task Data_Alone_NamesItsCommands()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("data"));
        Assert.Contains("draw, samples", shell.Errors, StringComparison.Ordinal);
    }
}

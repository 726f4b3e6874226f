namespace Nunchi.Cli.Tests.Commands;

public class DataCommandTests
{
    [Fact]
    public async Task Draw_UnknownKind_SuggestsTheNearest()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("data", "draw", shell.PathOf("out"), "--kinds", "receipt,stations"));
        Assert.Contains("Did you mean 'station'?", shell.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(shell.PathOf("out")));
    }

    [Fact]
    public async Task Draw_UnknownSplit_SaysWhichThereAre()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("data", "draw", shell.PathOf("out"), "--split", "test"));
        Assert.Contains("held-out or training", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draw_PlaceIsTaken_IsRefusedAndKept()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("data", "draw", shell.Folder));
        Assert.Contains("is not empty", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(["models"], Directory.EnumerateFileSystemEntries(shell.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Draw_KindsAndSplit_AreInTheDataSet()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Success, await shell.RunAsync("data", "draw", shell.PathOf("out"), "--count", "4", "--seed", "3", "--kinds", "word,door-plate", "--split", "held-out", "--json"));

        Assert.Equal(4, JsonCheck.Single(shell.Output, "nunchi.drawn/1").GetProperty("count").GetInt32());
        var reader = new Data.Records.DataSetReader(shell.PathOf("out"));
        Assert.Equal(4, reader.Samples().Count());
        Assert.All(reader.Scenes(), scene => Assert.True(scene.Kind is Data.Scenes.SceneKind.Word or Data.Scenes.SceneKind.DoorPlate && scene.Split == Data.Scenes.SceneSplit.HeldOut));
        Assert.Equal(4, Directory.EnumerateFiles(Path.Combine(shell.PathOf("out"), "images")).Count());
    }

    [Fact]
    public async Task Draw_SameCommandAgain_ChangesNothing()
    {
        using var shell = new TestShell();
        string[] command = ["data", "draw", shell.PathOf("out"), "--count", "2", "--kinds", "word"];

        Assert.Equal(ExitCode.Success, await shell.RunAsync(command));
        string samples = await File.ReadAllTextAsync(Path.Combine(shell.PathOf("out"), "samples.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Success, await shell.RunAsync(command));
        Assert.Equal(samples, await File.ReadAllTextAsync(Path.Combine(shell.PathOf("out"), "samples.jsonl"), TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Failure, await shell.RunAsync([.. command, "--seed", "9"]));
        Assert.Contains("holds another data set", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_Alone_NamesItsCommands()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("data"));
        Assert.Contains("draw, samples", shell.Errors, StringComparison.Ordinal);
    }
}

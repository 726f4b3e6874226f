namespace Nunchi.Cli.Tests.Commands;

public class TrainCommandTests
{
    [Theory]
    [InlineData("train", "needs RECIPE")]
    [InlineData("train --resume", "--resume needs the recipe or the directory of the run")]
    public async Task Train_NothingNamed_IsRefused(string line, string message)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync(line.Split(' ')));
        Assert.Contains(message, shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_DirectoryWithoutResume_IsRefused()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("train", shell.Folder));
        Assert.Contains("add --resume", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_RecipeMissing_SaysSo()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("train", shell.PathOf("none.yaml")));
        Assert.Contains("none.yaml does not exist; a recipe (a YAML file) is expected", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_ResumeWhereNoRunIs_SaysSo()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("train", "--resume", shell.Folder, "--json"));
        Assert.Equal("training", JsonCheck.Error(shell.Output).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Train_RecipeWithAnUnknownKey_NamesFileAndNearestKey()
    {
        using var shell = new TestShell();
        await File.WriteAllTextAsync(shell.PathOf("bad.yaml"), "nmae: x\n", TestContext.Current.CancellationToken);

        int code = await shell.RunAsync("train", shell.PathOf("bad.yaml"), "--out", shell.PathOf("run"));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("bad.yaml", shell.Errors, StringComparison.Ordinal);
        Assert.Contains("name", shell.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(shell.PathOf("run")));
    }
}

using System.Text.Json;

namespace Nunchi.Cli.Tests.Commands;

public class TrainCommandTests
{
    [Theory]
    [InlineData("train", "needs RECIPE")]
    [InlineData("train --resume", "--resume needs the recipe or the directory of the run")]
    [InlineData("train --export model", "--export needs the directory of a run")]
    [InlineData("train none.yaml --export model", "none.yaml is none")]
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

    [Fact]
    public async Task Train_Rehearse_TellsHowLongStagesWouldTake()
    {
        using var shell = new TestShell();
        await WriteRecipe(shell, "finetune", "encoder: {learning_rate: 0.001}, projector: {learning_rate: 0.001}, decoder: {learning_rate: 0.001}");

        Assert.Equal(ExitCode.Success, await shell.RunAsync("train", shell.PathOf("r.yaml"), "--out", shell.PathOf("rehearsal"), "--rehearse", "2", "--json"));

        JsonElement document = JsonDocument.Parse(shell.Output.TrimEnd('\n').Split('\n')[^1]).RootElement;
        Assert.Equal("rehearsed", document.GetProperty("end").GetString());
        JsonElement stage = Assert.Single(document.GetProperty("stages").EnumerateArray());
        Assert.True(stage.GetProperty("seconds_per_step").GetDouble() > 0);
        Assert.Equal(stage.GetProperty("steps").GetInt32() * stage.GetProperty("seconds_per_step").GetDouble(), stage.GetProperty("seconds").GetDouble(), 1.0);
        Assert.Contains("the recipe goes through", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("train", shell.PathOf("r.yaml"), "--rehearse", "2", "--resume"));
    }

    [Fact]
    public async Task TrainExport_BetweenTwoSteps_WritesAModelThatAnswersAndLeavesTheRunAsItWas()
    {
        using var shell = new TestShell { Loader = (directory, threads) => Engines.Load(directory, threads) };
        await WriteRecipe(shell, "finetune", "encoder: {learning_rate: 0.001}, projector: {learning_rate: 0.001}, decoder: {learning_rate: 0.001}");
        Assert.Equal(ExitCode.Success, await shell.RunAsync("train", shell.PathOf("r.yaml"), "--out", shell.PathOf("run"), "--quiet"));
        string unfinished = Path.Combine(shell.PathOf("run"), "checkpoints", ".unfinished-by-another");
        Directory.CreateDirectory(unfinished);

        Assert.Equal(ExitCode.Success, await shell.RunAsync("train", shell.PathOf("run"), "--export", shell.PathOf("model"), "--json"));

        string last = shell.Output.TrimEnd('\n').Split('\n')[^1];
        Assert.Equal("exported", JsonCheck.Single(last + "\n", "nunchi.training/1").GetProperty("end").GetString());
        Assert.Contains("01-s-step-00000002", last, StringComparison.Ordinal);
        Assert.True(Directory.Exists(unfinished));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(shell.PathOf("run"), "model", "model.safetensors"), TestContext.Current.CancellationToken),
            await File.ReadAllBytesAsync(Path.Combine(shell.PathOf("model"), "model.safetensors"), TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat", "안녕", "--model", shell.PathOf("model"), "--max-tokens", "2"));
    }

    [Fact]
    public async Task TrainExport_StageWithoutAWholeModel_SaysSoAndWritesNothing()
    {
        using var shell = new TestShell();
        await WriteRecipe(shell, "text", "decoder: {learning_rate: 0.001}");
        Assert.Equal(ExitCode.Success, await shell.RunAsync("train", shell.PathOf("r.yaml"), "--out", shell.PathOf("run"), "--quiet"));

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("train", shell.PathOf("run"), "--export", shell.PathOf("model")));

        Assert.Contains("no whole model", shell.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(shell.PathOf("run"))!), path => Path.GetFileName(path).StartsWith("model", StringComparison.Ordinal) && Path.GetFileName(path) != "models");
    }

    private static Task WriteRecipe(TestShell shell, string kind, string modules) => File.WriteAllTextAsync(shell.PathOf("r.yaml"), $$"""
        name: tiny
        tokenizer: {vocabulary: 4608, sentences: 300}
        model:
          encoder: {width: 16, layers: 1, heads: 1, mlp: 16, tile: 64, patch: 16}
          decoder: {width: 16, layers: 1, heads: 1, key_value_heads: 1, head_size: 16, mlp: 16, max_positions: 2048}
          images: {grids: [1x1]}
        stages:
          - {name: s, kind: {{kind}}, steps: 2, batch: {samples: 1}, modules: { {{modules}} }, every: {log: 1, checkpoint: 1} }

        """, TestContext.Current.CancellationToken);
}

using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Images;

namespace Nunchi.Cli.Tests.Commands;

public class EvalCommandTests
{
    [Theory]
    [InlineData("eval redaing", "Did you mean 'reading'?")]
    [InlineData("eval everything", "there are reading, referring, captions, yesno, knowledge, multiturn, refusals, and all")]
    [InlineData("eval", "needs a suite")]
    [InlineData("eval reading --split test", "held-out or training is expected")]
    [InlineData("eval reading --count 0", "--count is '0'")]
    [InlineData("eval reading --questions mine.jsonl", "suites, --seed and --split are of drawn pictures")]
    [InlineData("eval --questions mine.jsonl --seed 3", "suites, --seed and --split are of drawn pictures")]
    public async Task Eval_WrongUse_IsRefused(string line, string message)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync(line.Split(' ')));
        Assert.Contains(message, shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_TinyCheckpoint_RunsEverySuiteWithOneObjectANumber()
    {
        using var shell = new TestShell { Loader = (directory, threads) => Engines.Load(directory, threads) };
        string[] command = ["eval", "all", "--model", Path.Combine(RepositoryFiles.Goldens, "varco2-tiny"), "--count", "2", "--max-tokens", "4", "--out", shell.PathOf("out"), "--json"];

        int code = await shell.RunAsync(command);

        Assert.True(code == ExitCode.Success, shell.Output + shell.Errors);
        JsonElement[] measures = [.. shell.Output.TrimEnd('\n').Split('\n').Select(line => JsonCheck.Single(line + "\n", "nunchi.measure/1"))];
        Assert.All(measures, measure => Assert.Equal(["schema", "suite", "metric", "group", "value", "low", "high", "n"], JsonCheck.Names(measure)));
        Assert.Equal(["reading", "referring", "captions", "yesno", "knowledge", "multiturn", "refusals"], measures.Select(measure => measure.GetProperty("suite").GetString()).Distinct());
        Assert.All(["reading.html", "refusals.html", "results.jsonl", "scores.jsonl", "answers.jsonl", "run.json"], file => Assert.True(File.Exists(Path.Combine(shell.PathOf("out"), file)), file));
    }

    [Fact]
    public async Task Eval_Table_ShowsGroupsAndWhereThingsAre()
    {
        using var shell = new TestShell();
        Answer(shell, "네, 있습니다.");

        Assert.Equal(ExitCode.Success, await shell.RunAsync("eval", "yesno", "--count", "3", "--out", shell.PathOf("out"), "--model", shell.Model));

        Assert.Contains("accuracy", shell.Output, StringComparison.Ordinal);
        Assert.Contains("yes_ratio", shell.Output, StringComparison.Ordinal);
        Assert.Contains("100.0 % [43.9, 100.0] n=3", shell.Output, StringComparison.Ordinal);
        Assert.Contains("yesno.html", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_NarrowTerminal_ShowsARowANumber()
    {
        using var shell = new TestShell { OutTerminal = new Terminal(true, 80, ColorDepth.None, PictureProtocol.None) };
        Answer(shell, "네");

        Assert.Equal(ExitCode.Success, await shell.RunAsync("eval", "yesno", "--count", "3", "--out", shell.PathOf("out"), "--model", shell.Model));

        Assert.Contains("│ yes_ratio", shell.Output, StringComparison.Ordinal);
        Assert.All(shell.Output.Split('\n'), line => Assert.InRange(TextWidth.Of(line), 0, 80));
    }

    [Fact]
    public async Task Eval_Interrupted_ReportsWhatWasMeasured()
    {
        using var shell = new TestShell();
        Answer(shell, "네");
        shell.Engine.Before = (answer, _) =>
        {
            if (answer == 2)
                shell.Interrupts.Raise();
        };

        Assert.Equal(ExitCode.Interrupted, await shell.RunAsync("eval", "yesno", "reading", "--count", "5", "--out", shell.PathOf("out"), "--model", shell.Model));

        Assert.Contains("Stopped. Measured so far: reading 2 of 5", shell.Errors, StringComparison.Ordinal);
        Assert.Contains("n=2", shell.Output, StringComparison.Ordinal);

        shell.Engine.Before = null;
        Assert.Equal(ExitCode.Success, await shell.RunAsync("eval", "reading", "--count", "5", "--out", shell.PathOf("out"), "--model", shell.Model));
        Assert.Equal(6, shell.Engine.Asked.Count);
    }

    [Fact]
    public async Task Eval_Questions_AsksWhatTheFileAsks()
    {
        using var shell = new TestShell();
        Answer(shell, "2,980원입니다.");
        File.WriteAllBytes(shell.PathOf("tag.png"), ImageEncoder.ToPng(new RgbImage(40, 30)));
        string file = shell.PathOf("mine.jsonl");
        File.WriteAllLines(file, ["""{"image": "tag.png", "ask": "얼마야?", "accept": ["2,980"], "group": "tags"}""", """{"image": "tag.png", "ask": "이름이 뭐야?", "accept": ["우유"]}"""]);
        string[] command = ["eval", "--questions", file, "--model", shell.Model, "--out", shell.PathOf("out"), "--max-tokens", "32"];

        int code = await shell.RunAsync(command);
        Assert.True(code == ExitCode.Success, shell.Errors);
        Assert.Contains("50.0 % [9.5, 90.5] n=2", shell.Output, StringComparison.Ordinal);
        Assert.Contains("tags", shell.Output, StringComparison.Ordinal);
        Assert.Contains("questions.html", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(2, shell.Engine.Asked.Count);

        using var other = new TestShell();
        Assert.Equal(ExitCode.Failure, await other.RunAsync("eval", "--questions", other.PathOf("nowhere.jsonl")));
        Assert.Contains("there is no such file of questions", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_ChangedModel_IsRefused()
    {
        using var shell = new TestShell();
        Answer(shell, "네");
        string[] command = ["eval", "yesno", "--count", "1", "--out", shell.PathOf("out"), "--model", shell.Model, "--json"];
        Assert.Equal(ExitCode.Success, await shell.RunAsync(command));
        await File.WriteAllTextAsync(Path.Combine(shell.Model, "config.json"), "{ }", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Failure, await shell.RunAsync(command));

        Assert.Contains("the model is now", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_HowPicturesAreShown_ReachesTheEngine()
    {
        using var shell = new TestShell();
        Answer(shell, "네");

        await shell.RunAsync("eval", "yesno", "--count", "1", "--out", shell.PathOf("out"), "--model", shell.Model, "--tiling", "whole", "--max-tiles", "4");

        Assert.Equal((Nunchi.Images.TilingMode.WholeView, 4), (shell.LoadedOptions!.Tiling, shell.LoadedOptions.MaxTiles));
    }

    [Fact]
    public async Task Eval_Compare_ShowsTheDifference()
    {
        using var shell = new TestShell();
        Answer(shell, "네");
        Assert.Equal(ExitCode.Success, await shell.RunAsync("eval", "yesno", "--count", "6", "--out", shell.PathOf("a"), "--model", shell.Model, "-q"));
        Answer(shell, "아니요");
        Assert.Equal(ExitCode.Success, await shell.RunAsync("eval", "yesno", "--count", "6", "--out", shell.PathOf("b"), "--model", shell.Model, "-q"));

        Assert.Equal(ExitCode.Success, await shell.RunAsync("eval", "--compare", shell.PathOf("a"), shell.PathOf("b")));
        Assert.Contains("difference", shell.Output, StringComparison.Ordinal);
        Assert.Contains("-100.0", shell.Output, StringComparison.Ordinal);

        using var other = new TestShell();
        Assert.Equal(ExitCode.Success, await other.RunAsync("eval", "yesno", "--compare", shell.PathOf("a"), shell.PathOf("b"), "--json"));
        JsonElement first = JsonCheck.Single(other.Output.Split('\n')[0] + "\n", "nunchi.difference/1");
        Assert.Equal(["schema", "suite", "metric", "group", "first", "second", "difference", "low", "high", "n"], JsonCheck.Names(first));
    }

    private static void Answer(TestShell shell, string text)
    {
        shell.Engine.Scripts.Clear();
        shell.Engine.Scripts.Add([new TextDelta(text)]);
        shell.Engine.Info = shell.Engine.Info with { Directory = shell.Model };
    }
}

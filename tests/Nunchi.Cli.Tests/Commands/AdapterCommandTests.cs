using System.Text.Json;

namespace Nunchi.Cli.Tests.Commands;

/// <summary>The option --adapter, of the commands that load a model and of <c>convert</c>.</summary>
public class AdapterCommandTests
{
    private static readonly string Golden = Path.Combine(RepositoryFiles.Goldens, "varco2-tiny");
    private static readonly string Lora = Path.Combine(RepositoryFiles.Goldens, "training", "lora");

    [Theory]
    [InlineData("chat", "안녕")]
    [InlineData("caption", "PICTURE")]
    [InlineData("read", "PICTURE")]
    [InlineData("locate", "PICTURE", "고양이")]
    [InlineData("show")]
    public async Task Adapter_OfEachCommandThatAnswers_ReachesTheEngine(params string[] args)
    {
        using var shell = new TestShell();
        string[] given = [.. args.Select(arg => arg == "PICTURE" ? shell.Picture() : arg), "--adapter", Lora];

        Assert.True(await shell.RunAsync(given) == ExitCode.Success, shell.Errors);

        Assert.Equal(Lora, shell.LoadedAdapter);
    }

    [Fact]
    public async Task Adapter_LeftOut_IsNone()
    {
        using var shell = new TestShell();
        await shell.RunAsync("show");
        Assert.Null(shell.LoadedAdapter);
    }

    [Fact]
    public async Task Show_WithAdapter_NamesItAndLoadsIt()
    {
        using var shell = new TestShell { Loader = Engines.Load };

        Assert.True(await shell.RunAsync("show", Golden, "--adapter", Lora) == ExitCode.Success, shell.Errors);
        Assert.Contains($"adapter     {Lora}", shell.Output, StringComparison.Ordinal);

        using var json = new TestShell { Loader = Engines.Load };
        Assert.Equal(ExitCode.Success, await json.RunAsync("show", Golden, "--adapter", Lora, "--json"));
        Assert.Equal(Lora, JsonCheck.Single(json.Output, "nunchi.model/1").GetProperty("adapter").GetString());
    }

    [Fact]
    public async Task Convert_WithAdapter_WritesWhatAnswersAsTheAdaptedModel()
    {
        using var shell = new TestShell { Loader = Engines.Load };

        int code = await shell.RunAsync("convert", Golden, shell.PathOf("merged"), "--adapter", Lora, "--quiet");

        Assert.True(code == ExitCode.Success, shell.Errors);
        string adapted = await Answer("--model", Golden, "--adapter", Lora), merged = await Answer("--model", shell.PathOf("merged"));
        Assert.Equal(adapted, merged);

        async Task<string> Answer(params string[] model)
        {
            using var other = new TestShell { Loader = Engines.Load };
            string[] asked = ["chat", "안녕하세요?", "--image", other.Picture(), "--max-tokens", "8", "--json", .. model];
            Assert.True(await other.RunAsync(asked) == ExitCode.Success, other.Output + other.Errors);
            return JsonDocument.Parse(other.Output).RootElement.GetProperty("text").GetString()!;
        }
    }

    [Theory]
    [InlineData("nowhere", "The adapter is", "which does not exist; a directory with an adapter is expected")]
    [InlineData("adapter.safetensors", "The adapter is", "a file; the directory with adapter_config.json")]
    [InlineData("models", "is no adapter's directory: it has no adapter_config.json", "")]
    public async Task Adapter_NotThere_SaysWhatIsExpected(string name, string expected, string more)
    {
        using var shell = new TestShell { Loader = Engines.Load };
        File.WriteAllBytes(shell.PathOf("adapter.safetensors"), [1]);

        foreach (string[] command in (string[][])[["show", Golden], ["convert", Golden, shell.PathOf("out")]])
        {
            Assert.Equal(ExitCode.Failure, await shell.RunAsync([.. command, "--adapter", shell.PathOf(name)]));
            Assert.Contains(expected, shell.Errors, StringComparison.Ordinal);
            Assert.Contains(more, shell.Errors, StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(shell.PathOf("out")));
    }

    [Fact]
    public async Task Adapter_WrongRank_NamesTensorAndShapes()
    {
        using var shell = new TestShell { Loader = Engines.Load };
        string wrong = Directory.CreateDirectory(shell.PathOf("wrong")).FullName;
        foreach (string file in Directory.GetFiles(Lora))
            File.Copy(file, Path.Combine(wrong, Path.GetFileName(file)));
        string config = Path.Combine(wrong, "adapter_config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"r\": 4", "\"r\": 8", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("show", Golden, "--adapter", wrong));
        Assert.Contains("the adapter does not fit the model", shell.Errors, StringComparison.Ordinal);
        Assert.Contains("for rank 8", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_IsAnAdapter_SaysHowToNameBoth()
    {
        using var shell = new TestShell { Loader = Engines.Load };

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("show", Lora));
        Assert.Contains("holds a LoRA adapter, no model; name the model that it was trained on with --model, and this with --adapter", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adapter_ForAGgufFile_IsRefused()
    {
        using var shell = new TestShell { Loader = Engines.Load };
        await shell.RunAsync("export", Golden, shell.PathOf("tiny.gguf"), "--only", "text", "--quiet");

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("show", shell.PathOf("tiny.gguf"), "--adapter", Lora));
        Assert.Contains("nunchi convert MODEL OUT --adapter", shell.Errors, StringComparison.Ordinal);
    }
}

using System.Text.Json;

namespace Nunchi.Cli.Tests.Commands;

public class BenchCommandTests
{
    [Fact]
    public async Task Machine_Json_HasPeakAndBandwidth()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("bench", "machine", "--json", "--threads", "1", "--seconds", "0.01");

        Assert.Equal(ExitCode.Success, code);
        JsonElement root = JsonCheck.Single(shell.Output, "nunchi.machine/1");
        Assert.Contains(root.GetProperty("limits").EnumerateArray(), limit => limit.GetProperty("quantity").GetString() == "float32" && limit.GetProperty("value").GetDouble() > 0);
        Assert.Contains(root.GetProperty("limits").EnumerateArray(), limit => limit.GetProperty("unit").GetString() == "GB/s");
    }

    [Fact]
    public async Task Bench_Alone_NamesItsCommands()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("bench"));
        Assert.Contains("'nunchi bench' needs a command: machine", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MakeCheckpoint_SmallShape_WritesADirectoryThatShows()
    {
        using var shell = new TestShell();
        string directory = Path.Combine(shell.Folder, "made");

        int code = await shell.RunAsync("bench", "make-checkpoint", "nunchi-mini", directory, "--dtype", "float16", "--shard-size", "0.01", "--json");

        Assert.Equal(ExitCode.Success, code);
        JsonElement root = JsonCheck.Single(shell.Output, "nunchi.made-checkpoint/1");
        Assert.Equal(root.GetProperty("parameters").GetInt64() * 2, root.GetProperty("bytes").GetInt64());
        Assert.True(File.Exists(Path.Combine(directory, "model.safetensors.index.json")));
        using var again = new TestShell();
        Assert.Equal(ExitCode.Success, await again.RunAsync("show", "--plan", directory, "--json"));
        Assert.Equal(root.GetProperty("parameters").GetInt64(), JsonCheck.Single(again.Output, "nunchi.plan/1").GetProperty("parameters").GetInt64());
    }

    [Theory]
    [InlineData("There is no shape \"gpt\"", "gpt", "out")]
    [InlineData("--dtype is \"int4\"", "nunchi-mini", "out", "--dtype", "int4")]
    [InlineData("--shard-size is '0'", "nunchi-mini", "out", "--shard-size", "0")]
    public async Task MakeCheckpoint_WrongArguments_AreToldBeforeAnythingIsWritten(string message, params string[] arguments)
    {
        using var shell = new TestShell();
        arguments[1] = Path.Combine(shell.Folder, arguments[1]);

        Assert.Equal(ExitCode.Usage, await shell.RunAsync(["bench", "make-checkpoint", .. arguments]));
        Assert.Contains(message, shell.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(arguments[1]));
    }

    [Fact]
    public async Task MakeCheckpoint_PlaceThatIsTaken_IsLeftAsItIs()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("bench", "make-checkpoint", "nunchi-mini", shell.Model));
        Assert.Contains("exists already", shell.Errors, StringComparison.Ordinal);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(shell.Model, "config.json")));
    }
}

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
}

using System.Text.Json;

namespace Nunchi.Cli.Tests.Commands;

public class BenchSoakCommandTests
{
    private static readonly string Golden = Path.Combine(RepositoryFiles.Goldens, "varco2-tiny");

    [Fact]
    public async Task Soak_Moments_EndsWellAndTellsWhatItSaw()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("bench", "soak", "--model", Golden, "--minutes", "0.03", "--conversations", "3", "--threads", "2", "--json");

        JsonElement root = JsonCheck.Single(shell.Output, "nunchi.soak/1");
        Assert.True(code == ExitCode.Success, root.GetRawText());
        Assert.True(root.GetProperty("passed").GetBoolean());
        Assert.Equal(0, root.GetProperty("wrong").GetInt32());
        Assert.True(root.GetProperty("answers").GetInt32() + root.GetProperty("cancelled").GetInt32() > 0);
    }

    [Theory]
    [InlineData("--minutes", "0", "--minutes is '0'")]
    [InlineData("--conversations", "65", "1..64")]
    public async Task Soak_BadOption_SaysWhatIsExpected(string option, string value, string expected)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("bench", "soak", "--model", Golden, option, value));
        Assert.Contains(expected, shell.Errors, StringComparison.Ordinal);
    }
}

using System.Text.Json;

namespace Nunchi.Cli.Tests.Commands;

public class VerifyCommandTests
{
    private static readonly string Goldens = Find();

    [Fact]
    public async Task Verify_TinyCheckpoint_PassesWithOneObjectACase()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("verify", Path.Combine(Goldens, "varco2-tiny"), Path.Combine(Goldens, "varco2-tiny-cases"), "--json");

        Assert.True(code == ExitCode.Success, shell.Output + shell.Errors);
        string[] lines = shell.Output.TrimEnd('\n').Split('\n');
        Assert.All(lines, line =>
        {
            JsonElement root = JsonCheck.Single(line + "\n", "nunchi.case/1");
            Assert.True(root.GetProperty("passed").GetBoolean());
            Assert.Contains(root.GetProperty("comparisons").EnumerateArray(), comparison => comparison.GetProperty("name").GetString() == "logits");
        });
    }

    [Fact]
    public async Task Verify_NoTolerance_EndsWithOneAndSaysWhatIsOff()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("verify", Path.Combine(Goldens, "varco2-tiny"), Path.Combine(Goldens, "varco2-tiny-cases"), "--tolerance", "0");

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("off", shell.Output, StringComparison.Ordinal);
        Assert.Contains("logits: ", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_NoCheckpoint_SaysSo()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("verify", shell.PathOf("none"), Path.Combine(Goldens, "varco2-tiny-cases")));
        Assert.Contains("none", shell.Errors, StringComparison.Ordinal);
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string goldens = Path.Combine(folder.FullName, "tests", "goldens");
            if (Directory.Exists(goldens))
                return goldens;
        }
        throw new DirectoryNotFoundException($"tests/goldens is not above {AppContext.BaseDirectory}; the tests need the reference outputs.");
    }
}

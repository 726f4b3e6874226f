using System.Text.Json;

namespace Nunchi.Cli.Tests.Commands;

public class ShowPlanTests
{
    [Fact]
    public async Task ShowPlan_NameOfAShape_TellsBytesMemoryAndPlaces()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("show", "--plan", "varco-vision-2.0-14b", "--json");

        Assert.Equal(ExitCode.Success, code);
        JsonElement root = JsonCheck.Single(shell.Output, "nunchi.plan/1");
        Assert.Equal(15_198_214_048, root.GetProperty("parameters").GetInt64());
        Assert.Equal(2 * 15_198_214_048, root.GetProperty("file_bytes").GetInt64());
        Assert.Equal(root.GetProperty("memory_bytes").GetInt64(), root.GetProperty("parts").EnumerateArray().Sum(part => part.GetProperty("memory_bytes").GetInt64()));
        Assert.All(root.GetProperty("parts").EnumerateArray(), part => Assert.NotEqual("", part.GetProperty("place").GetString()));
        Assert.Null(shell.LoadedFrom);
    }

    [Fact]
    public async Task ShowPlan_ForPeople_SaysWhetherItFits()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Success, await shell.RunAsync("show", "--plan", "nunchi-mini"));
        Assert.Contains("the weights fit", shell.Output, StringComparison.Ordinal);
        Assert.Contains("embedding and head", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShowPlan_ConfigurationWithoutAFamily_NamesTheFile()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("show", "--plan"));
        Assert.Contains("config.json", shell.Errors, StringComparison.Ordinal);
    }
}

using System.Text.Json;
using Nunchi.Generation;
using Nunchi.Tensors.Operators;

namespace Nunchi.Cli.Tests.Commands;

/// <summary>The options --draft, --kv-cache and --prefix-cache.</summary>
public class ServingOptionsTests
{
    [Fact]
    public async Task Options_Given_ReachTheEngine()
    {
        using var shell = new TestShell();
        await shell.RunAsync("show", "--model", shell.Folder, "--draft", "3", "--kv-cache", "int8", "--prefix-cache", "20");

        Assert.Equal((3, CacheFormat.Int8, 20L << 20), (shell.LoadedOptions!.DraftTokens, shell.LoadedOptions.Cache, shell.LoadedOptions.PrefixBytes));
    }

    [Fact]
    public async Task Options_LeftOut_AreTheDefaults()
    {
        using var shell = new TestShell();
        await shell.RunAsync("show", "--model", shell.Folder);

        var defaults = new EngineOptions();
        Assert.Equal((defaults.DraftTokens, defaults.Cache, defaults.PrefixBytes), (shell.LoadedOptions!.DraftTokens, shell.LoadedOptions.Cache, shell.LoadedOptions.PrefixBytes));
    }

    [Theory]
    [InlineData("--draft", "32", "0..31")]
    [InlineData("--kv-cache", "int4", "int8")]
    [InlineData("--prefix-cache", "-1", "0..1048576")]
    public async Task Options_OutOfRange_AreRefusedWithWhatIsAllowed(string option, string value, string allowed)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("show", "--model", shell.Folder, option, value));
        Assert.Contains(allowed, shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_CacheAndAnswers_AreTold()
    {
        using var shell = new TestShell();
        shell.Engine.Info = shell.Engine.Info with { KeyValueCache = "int8, 5.2 KB a token", Answers = "searched with 4 beams" };

        await shell.RunAsync("show", "--model", shell.Folder);
        Assert.Contains("kv cache    int8, 5.2 KB a token", shell.Output, StringComparison.Ordinal);
        Assert.Contains("answers     searched with 4 beams", shell.Output, StringComparison.Ordinal);

        using var json = new TestShell();
        json.Engine.Info = shell.Engine.Info;
        await json.RunAsync("show", "--model", json.Folder, "--json");
        JsonElement root = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(("int8, 5.2 KB a token", "searched with 4 beams"), (root.GetProperty("key_value_cache").GetString(), root.GetProperty("answers").GetString()));
    }
}

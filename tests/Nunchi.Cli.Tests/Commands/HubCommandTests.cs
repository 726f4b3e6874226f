using System.Text.Json;

namespace Nunchi.Cli.Tests.Commands;

public class HubCommandTests
{
    [Fact]
    public async Task Pull_Model_WritesTheDirectory()
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);

        int code = await shell.RunAsync("pull", LoopbackHub.Name);

        Assert.True(code == ExitCode.Success, shell.Errors);
        Assert.True(File.Exists(Path.Combine(shell.Output.Trim(), "model.safetensors")));
        Assert.Contains("org/tiny: 3 of 3 files", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_Json_WritesOneObject()
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);

        Assert.Equal(ExitCode.Success, await shell.RunAsync("pull", LoopbackHub.Name, "--json", "--quiet", "--jobs", "2"));

        JsonElement root = JsonCheck.Single(shell.Output, "nunchi.pulled/1");
        Assert.Equal(LoopbackHub.Commit, root.GetProperty("commit").GetString());
        Assert.Equal(3, root.GetProperty("files").GetArrayLength());
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public async Task Pull_Include_FetchesThat()
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);

        Assert.Equal(ExitCode.Success, await shell.RunAsync("pull", LoopbackHub.Name, "--include", "*.md"));

        Assert.Equal(["README.md"], Directory.EnumerateFiles(shell.Output.Trim()).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("../x/y")]
    [InlineData("a/b@../c")]
    public async Task Pull_NoName_IsWrongUsage(string name)
    {
        using TestShell shell = Shell(null);

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("pull", name));
        Assert.Contains("expected ORG/NAME", shell.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "GatedRepo", "gated")]
    [InlineData(404, "RepoNotFound", "not_found")]
    [InlineData(404, "RevisionNotFound", "not_found")]
    [InlineData(403, "", "unauthorized")]
    public async Task Pull_Refused_HasACodeOfItsOwn(int status, string error, string code)
    {
        using var hub = LoopbackHub.WithModel();
        hub.Intercept = _ => Task.FromResult<LoopbackAnswer?>(LoopbackHub.Error(status, error));
        using TestShell shell = Shell(hub);

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("pull", LoopbackHub.Name, "--json"));

        Assert.Equal(code, JsonCheck.Single(shell.Output, "nunchi.error/1").GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Model_OnTheHub_IsFetchedOnceAndThenFoundOffline()
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);

        Assert.Equal(ExitCode.Success, await shell.RunAsync("show", "--model", LoopbackHub.Name));
        string? first = shell.LoadedFrom;
        int requests = hub.Requests.Count;
        shell["HF_HUB_OFFLINE"] = "1";
        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat", "안녕", "--model", $"{LoopbackHub.Name}@main"));

        Assert.True(File.Exists(Path.Combine(first!, "model.safetensors")));
        Assert.Equal(first, shell.LoadedFrom);
        Assert.Equal(requests, hub.Requests.Count);
    }

    [Fact]
    public async Task Model_OfflineAndNotInTheCache_SaysBoth()
    {
        using TestShell shell = Shell(null);
        shell["HF_HUB_OFFLINE"] = "1";
        shell["NUNCHI_MODEL"] = "org/other";

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("show"));

        Assert.Contains("NUNCHI_MODEL is org/other, which is no directory here", shell.Errors, StringComparison.Ordinal);
        Assert.Contains("HF_HUB_OFFLINE", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_Interrupted_EndsWithItsCode()
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);
        hub.StoreIntercept = _ =>
        {
            shell.Interrupts.Raise();
            return Task.FromResult<LoopbackAnswer?>(null);
        };

        Assert.Equal(ExitCode.Interrupted, await shell.RunAsync("pull", LoopbackHub.Name));
        Assert.False(Directory.Exists(Path.Combine(shell.PathOf("hub"), "models--org--tiny", "snapshots")));
    }

    [Fact]
    public async Task Model_PulledGguf_IsTakenAsTheModel()
    {
        using var hub = LoopbackHub.WithModel();
        hub.Add("tiny-Q8_0.gguf", [1, 2, 3], large: true);
        hub.Add("tiny-Q4_0.gguf", [1, 2, 3, 4], large: true);
        using TestShell shell = Shell(hub);

        Assert.Equal(ExitCode.Success, await shell.RunAsync("pull", LoopbackHub.Name, "--include", "*Q8_0.gguf", "--quiet"));
        Assert.Equal(ExitCode.Success, await shell.RunAsync("show", LoopbackHub.Name));
        Assert.EndsWith("tiny-Q8_0.gguf", shell.LoadedFrom, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await shell.RunAsync("pull", LoopbackHub.Name, "--include", "*.gguf", "--quiet"));
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("show", LoopbackHub.Name));
        Assert.Contains("several models", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_ListAndRemove()
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);
        await shell.RunAsync("pull", LoopbackHub.Name, "--quiet");

        Assert.Equal(ExitCode.Success, await shell.RunAsync("models", "--json"));
        JsonElement models = JsonCheck.Single(shell.Output.Split('\n')[1] + "\n", "nunchi.models/1").GetProperty("models");
        Assert.Equal("org/tiny", models[0].GetProperty("name").GetString());
        Assert.True(models[0].GetProperty("revisions")[0].GetProperty("complete").GetBoolean());

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("models", "remove", LoopbackHub.Name));
        Assert.Contains("--yes", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await shell.RunAsync("models", "remove", LoopbackHub.Name, "--yes"));
        Assert.Contains("Removed org/tiny, 300.0 kB.", shell.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, await shell.RunAsync("models", "remove", LoopbackHub.Name, "--yes"));
        Assert.Contains("is not in", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_InAPipe_IsTabSeparated()
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);
        await shell.RunAsync("pull", LoopbackHub.Name, "--quiet", "--json");

        await shell.RunAsync("models");

        string[] fields = shell.Output.TrimEnd('\n').Split('\n')[1].Split('\t');
        Assert.Equal(["org/tiny", "main", LoopbackHub.Commit], fields[..3]);
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("\n", false)]
    public async Task ModelsRemove_OnATerminal_Asks(string answer, bool removed)
    {
        using var hub = LoopbackHub.WithModel();
        using TestShell shell = Shell(hub);
        await shell.RunAsync("pull", LoopbackHub.Name, "--quiet");
        shell.ErrorTerminal = new Terminal(true, 80, ColorDepth.None, PictureProtocol.None);
        shell.Keyboard = new FakeKeyboard("");
        shell.Input = answer;

        int code = await shell.RunAsync("models", "remove", LoopbackHub.Name);

        Assert.Equal(removed ? ExitCode.Success : ExitCode.Failure, code);
        Assert.Equal(!removed, Directory.Exists(Path.Combine(shell.PathOf("hub"), "models--org--tiny")));
    }

    private static TestShell Shell(LoopbackHub? hub)
    {
        var shell = new TestShell();
        shell["HF_HUB_CACHE"] = shell.PathOf("hub");
        shell["HF_HOME"] = shell.PathOf("home");
        if (hub is not null)
            shell["HF_ENDPOINT"] = hub.Endpoint;
        return shell;
    }
}

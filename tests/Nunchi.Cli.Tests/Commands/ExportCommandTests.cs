using System.Text.Json;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Cli.Tests.Commands;

public class ExportCommandTests
{
    private static readonly string Golden = Path.Combine(RepositoryFiles.Goldens, "varco2-tiny");

    [Fact]
    public async Task Export_Gguf_WritesBothFilesThatChatThenReads()
    {
        using var shell = new TestShell { Loader = Engines.Load };

        int code = await shell.RunAsync("export", "--to", "gguf", Golden, shell.PathOf("tiny.gguf"), "--type", "q8_0", "--json");

        Assert.True(code == ExitCode.Success, shell.Output + shell.Errors);
        JsonElement files = JsonCheck.Single(shell.Output, "nunchi.exported/1").GetProperty("files");
        Assert.Equal(["text", "mmproj"], files.EnumerateArray().Select(file => file.GetProperty("kind").GetString()));
        Assert.True(File.Exists(shell.PathOf("mmproj-tiny.gguf")));
        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat", "안녕", "--model", shell.PathOf("tiny.gguf"), "--max-tokens", "4", "--json"));
        Assert.Equal(ExitCode.Success, await shell.RunAsync("show", shell.PathOf("tiny.gguf")));
        Assert.Contains("qwen3, 64 wide, 3 layers", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_IntoADirectory_NamesTheFileByModelAndType()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Success, await shell.RunAsync("export", Golden, shell.Folder, "--type", "q4_k", "--only", "text"));

        Assert.True(File.Exists(shell.PathOf("varco2-tiny-Q4_K.gguf")));
        Assert.False(File.Exists(shell.PathOf("mmproj-varco2-tiny-Q4_K.gguf")));
    }

    [Fact]
    public async Task Export_FileIsThere_IsRefusedWithoutForce()
    {
        using var shell = new TestShell();
        File.WriteAllText(shell.PathOf("mmproj-tiny.gguf"), "mine");

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("export", Golden, shell.PathOf("tiny.gguf")));
        Assert.Contains("--force", shell.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(shell.PathOf("tiny.gguf")));
        Assert.Equal(ExitCode.Success, await shell.RunAsync("export", Golden, shell.PathOf("tiny.gguf"), "--force"));
    }

    [Theory]
    [InlineData("--type", "q5_k", "expected one of f32, f16, bf16, q8_0, q4_0, q4_k, q6_k")]
    [InlineData("--to", "onnx", "expected one of gguf")]
    [InlineData("--only", "all", "expected one of both, text, mmproj")]
    public async Task Export_UnknownName_IsWrongUsage(string option, string value, string expected)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("export", Golden, shell.PathOf("tiny.gguf"), option, value));
        Assert.Contains(expected, shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_NoGgufName_IsWrongUsage()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("export", Golden, shell.PathOf("tiny.bin")));
    }

    [Fact]
    public async Task Chat_DamagedGguf_NamesFileAndPlace()
    {
        using var shell = new TestShell { Loader = Engines.Load };
        await shell.RunAsync("export", Golden, shell.PathOf("tiny.gguf"), "--only", "text", "--quiet");
        byte[] whole = File.ReadAllBytes(shell.PathOf("tiny.gguf"));
        File.WriteAllBytes(shell.PathOf("cut.gguf"), whole[..(whole.Length / 2)]);

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("chat", "안녕", "--model", shell.PathOf("cut.gguf")));
        Assert.Contains("cut.gguf: tensor", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_LayoutTypeAndShards_WritesACheckpoint()
    {
        using var shell = new TestShell { Loader = Engines.Load };

        int code = await shell.RunAsync("convert", Golden, shell.PathOf("out"), "--layout", "4.45", "--dtype", "bf16", "--shard-size", "0.2MB", "--json");

        Assert.True(code == ExitCode.Success, shell.Output + shell.Errors);
        JsonElement root = JsonCheck.Single(shell.Output, "nunchi.converted/1");
        Assert.Equal(77, root.GetProperty("tensors").GetInt32());
        Assert.True(root.GetProperty("weight_files").GetInt32() > 2);
        Assert.Equal(ExitCode.Success, await shell.RunAsync("show", shell.PathOf("out")));
    }

    [Fact]
    public async Task Convert_AverageOfACheckpointWithItself_IsThatCheckpoint()
    {
        using var shell = new TestShell();

        Assert.Equal(0, await shell.RunAsync("convert", Golden, shell.PathOf("mean"), "--average", Golden, Golden, "--quiet"));

        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(Golden, "model.safetensors")), mean = SafetensorsFile.Open(shell.PathOf("mean/model.safetensors"));
        Assert.All(expected.Entries, entry => Assert.Equal(expected.ReadSingles(entry.Name), mean.ReadSingles(entry.Name)));
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("convert", Golden, shell.PathOf("both"), "--average", Golden, "--adapter", Golden));
        Assert.Contains("average first", shell.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--layout", "6", "expected one of 4, 5, 4-modules, 5-modules")]
    [InlineData("--layout", "4.x", "expected one of")]
    [InlineData("--dtype", "q8_0", "expected one of f32, bf16, f16")]
    [InlineData("--shard-size", "5", "5GB")]
    [InlineData("--shard-size", "-1GB", "5GB")]
    [InlineData("--shard-size", "0GB", "5GB")]
    public async Task Convert_BadValue_IsWrongUsage(string option, string value, string expected)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("convert", Golden, shell.PathOf("out"), option, value));
        Assert.Contains(expected, shell.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(shell.PathOf("out")));
    }
}

using Nunchi.Chat;

namespace Nunchi.Cli.Tests.Commands;

public class BadInputTests
{
    [Theory]
    [InlineData("caption")]
    [InlineData("read")]
    [InlineData("locate")]
    [InlineData("chat")]
    public async Task Picture_Missing_SaysWhichFile(string command)
    {
        using var shell = new TestShell();
        string path = shell.PathOf("없음.png");

        int code = await shell.RunAsync(command == "chat" ? [command, "--image", path, "뭐야?"] : command == "locate" ? [command, path, "우산"] : [command, path]);

        Assert.Equal(ExitCode.Failure, code);
        Assert.Equal($"nunchi: {path} does not exist; a picture file is expected.\n", shell.Errors);
        Assert.Empty(shell.Output);
        Assert.Null(shell.LoadedFrom);
    }

    [Theory]
    [InlineData("empty.png", "")]
    [InlineData("text.jpg", "no picture at all")]
    [InlineData("cut.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0")]
    public async Task Picture_NotReadable_NamesTheFile(string name, string content)
    {
        using var shell = new TestShell();
        await File.WriteAllBytesAsync(shell.PathOf(name), System.Text.Encoding.Latin1.GetBytes(content), TestContext.Current.CancellationToken);

        int code = await shell.RunAsync("caption", shell.PathOf(name));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains(name, shell.Errors, StringComparison.Ordinal);
        Assert.Equal(1, shell.Errors.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Picture_HugeHeader_IsRefusedBeforeMemoryIsTaken()
    {
        using var shell = new TestShell();
        // A PNG header of 100,000 x 100,000 pixels, its checksum right.
        byte[] png = Convert.FromHexString("89504E470D0A1A0A0000000D49484452000186A0000186A00802000000") is byte[] start
            ? [.. start, .. Crc(start.AsSpan(12)), .. Convert.FromHexString("0000000049454E44AE426082")] : [];
        await File.WriteAllBytesAsync(shell.PathOf("huge.png"), png, TestContext.Current.CancellationToken);

        int code = await shell.RunAsync("caption", shell.PathOf("huge.png"), "--json");

        Assert.Equal(ExitCode.Failure, code);
        System.Text.Json.JsonElement error = JsonCheck.Error(shell.Output);
        Assert.Equal("invalid_data", error.GetProperty("code").GetString());
        Assert.Contains("huge.png", error.GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picture_Directory_IsRefused()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("caption", shell.Folder));
        Assert.Contains("is a directory; a picture file is expected", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_Missing_SaysWhatWasLookedFor()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("chat", "안녕", "--model", shell.PathOf("nowhere"), "--json");

        Assert.Equal(ExitCode.Failure, code);
        Assert.Equal("not_found", JsonCheck.Error(shell.Output).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Model_File_IsRefused()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("chat", "안녕", "--model", shell.Picture()));
        Assert.Contains("a checkpoint directory (with config.json and safetensors files), or a file that ends with .gguf or .safetensors, is expected", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_NoneFound_SaysHowToNameOne()
    {
        using var shell = new TestShell();
        Directory.Delete(shell.Model, recursive: true);

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("chat", "안녕"));
        Assert.Contains("--model or NUNCHI_MODEL", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_FromTheEnvironment_IsUsed()
    {
        using var shell = new TestShell();
        string other = Directory.CreateDirectory(shell.PathOf("other")).FullName;
        shell["NUNCHI_MODEL"] = other;

        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat", "안녕"));
        Assert.Equal(other, shell.LoadedFrom);
    }

    [Fact]
    public async Task Draw_IntoAMissingFolder_LeavesNothingBehind()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("locate", shell.Picture(), "우산", "--draw", shell.PathOf(Path.Combine("no", "out.png")));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("Could not write", shell.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(shell.PathOf("no")));
    }

    [Theory]
    [InlineData(typeof(InvalidDataException), "invalid_data")]
    [InlineData(typeof(FileNotFoundException), "not_found")]
    [InlineData(typeof(IOException), "io")]
    [InlineData(typeof(UnauthorizedAccessException), "io")]
    [InlineData(typeof(ArgumentException), "invalid_argument")]
    [InlineData(typeof(OutOfMemoryException), "out_of_memory")]
    [InlineData(typeof(NullReferenceException), "internal")]
    public async Task Engine_Throws_OneMessageAndNoTrace(Type type, string kind)
    {
        using var shell = new TestShell();
        shell.Loader = (_, _) => throw (Exception)Activator.CreateInstance(type, "config.json: something is wrong")!;

        int plain = await shell.RunAsync("chat", "안녕");
        Assert.Equal(ExitCode.Failure, plain);
        Assert.Contains("config.json: something is wrong", shell.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(1, shell.Errors.Count(c => c == '\n'));

        await shell.RunAsync("chat", "안녕", "--json");
        Assert.Equal(kind, JsonCheck.Error(shell.Output).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Engine_ThrowsWithDebug_ShowsTheTrace()
    {
        using var shell = new TestShell { Loader = (_, _) => throw new InvalidDataException("bad") };
        shell["NUNCHI_DEBUG"] = "1";

        await shell.RunAsync("chat", "안녕");

        Assert.Contains("   at ", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Engine_ParameterException_LosesItsParameterTail()
    {
        using var shell = new TestShell { Loader = (_, _) => throw new ArgumentException("Too long.", "conversation") };

        await shell.RunAsync("chat", "안녕");

        Assert.Equal("nunchi: Too long.\n", shell.Errors);
    }

    [Fact]
    public async Task Output_ReaderHasGone_EndsQuietly()
    {
        using var shell = new TestShell { OutOverride = new BrokenPipe() };

        Assert.Equal(ExitCode.BrokenPipe, await shell.RunAsync("chat", "안녕"));
        Assert.Empty(shell.Errors);
    }

    private static byte[] Crc(ReadOnlySpan<byte> chunk)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in chunk)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        crc = ~crc;
        return [(byte)(crc >> 24), (byte)(crc >> 16), (byte)(crc >> 8), (byte)crc];
    }

    private sealed class BrokenPipe : StringWriter
    {
        public override void Flush() => throw new IOException("Broken pipe", 32);

        public override Task FlushAsync() => throw new IOException("Broken pipe", 32);
    }
}

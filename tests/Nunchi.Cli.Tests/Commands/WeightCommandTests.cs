using System.Text.Json;
using Nunchi.Checkpoints;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Cli.Tests.Commands;

/// <summary>The option --weights, <c>quantize</c> and <c>bench model</c>.</summary>
public class WeightCommandTests
{
    [Theory]
    [InlineData("int8", WeightFormat.Int8)]
    [InlineData("f32", WeightFormat.Float32)]
    [InlineData("int4+int6", WeightFormat.Int4, WeightFormat.Int6)]
    public async Task Weights_AsOptionOrVariable_ReachTheEngine(string name, WeightFormat format, WeightFormat? encoder = null)
    {
        var expected = new WeightChoice(format, encoder ?? format);
        using var shell = new TestShell();
        await shell.RunAsync("show", "--model", shell.Folder, "--weights", name);
        Assert.Equal(expected, shell.LoadedWeights);

        using var other = new TestShell();
        other["NUNCHI_WEIGHTS"] = name;
        await other.RunAsync("show", "--model", other.Folder);
        Assert.Equal(expected, other.LoadedWeights);
    }

    [Fact]
    public async Task Weights_LeftOut_AreAsTheCheckpointSays()
    {
        using var shell = new TestShell();
        await shell.RunAsync("show", "--model", shell.Folder);
        Assert.Null(shell.LoadedWeights);
    }

    [Fact]
    public async Task Weights_UnknownName_IsRefusedWithTheNames()
    {
        using var shell = new TestShell();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("show", "--model", shell.Folder, "--weights", "q4"));
        Assert.Contains("int4", shell.Errors, StringComparison.Ordinal);
        using var other = new TestShell();
        other["NUNCHI_WEIGHTS"] = "q4";
        Assert.Equal(ExitCode.Usage, await other.RunAsync("show", "--model", other.Folder));
        Assert.Contains("NUNCHI_WEIGHTS is 'q4'; expected f32, bf16, int8, int6, int4", other.Errors, StringComparison.Ordinal);
        using var encoder = new TestShell();
        Assert.Equal(ExitCode.Usage, await encoder.RunAsync("show", "--model", encoder.Folder, "--weights", "int4+q6"));
        Assert.Contains("--weights is 'int4+q6'", encoder.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quantize_ToFloat32_SaysThatNothingIsPacked()
    {
        using var shell = new TestShell();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("quantize", Path.Combine(RepositoryFiles.Goldens, "varco2-tiny"), Path.Combine(shell.Folder, "out"), "--weights", "f32"));
        Assert.Contains("packs nothing", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BenchModel_Json_GivesOneObjectALine()
    {
        using var shell = new TestShell();
        Assert.Equal(ExitCode.Success, await shell.RunAsync(
            "bench", "model", "--shape", "nunchi-mini", "--weights", "int8", "--threads", "1", "--seconds", "0.01", "--work", "encode,prefill,decode,draft,together,picture", "--prompts", "16", "--contexts", "0,20", "--json"));
        string[] lines = shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(8, lines.Length);
        string[] works = [.. lines.Select(line => JsonDocument.Parse(line).RootElement).Select(item =>
        {
            Assert.Equal("nunchi.measurement/1", item.GetProperty("schema").GetString());
            Assert.Equal("int8", item.GetProperty("format").GetString());
            Assert.True(item.GetProperty("seconds").GetDouble() > 0 && item.GetProperty("share").GetDouble() > 0 && item.GetProperty("limit").GetDouble() > 0);
            return item.GetProperty("work").GetString()!;
        })];
        Assert.Equal(["encode", "prefill", "decode", "decode", "draft", "together", "first-token", "second-question"], works);
    }

    [Theory]
    [InlineData("--shape", "gpt", "is no shape; expected varco-vision-2.0-1.7b")]
    [InlineData("--weights", "q4", "is no weight format; expected f32")]
    [InlineData("--prompts", "12,x", "--prompts is '12,x'")]
    [InlineData("--contexts", "-1", "--contexts is '-1'")]
    public async Task BenchModel_BadOption_SaysWhatIsExpected(string option, string value, string expected)
    {
        using var shell = new TestShell();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("bench", "model", option, value));
        Assert.Contains(expected, shell.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3", true)]
    [InlineData("0", false)]
    public async Task QuantizeReport_Questions_CompareAlongAnswersToo(string questions, bool answers)
    {
        using var shell = new TestShell();
        string model = Path.Combine(RepositoryFiles.Goldens, "varco2-tiny");

        Assert.Equal(ExitCode.Success, await shell.RunAsync("quantize", model, "--report", "--weights", "int8", "--questions", questions, "--json"));

        JsonElement report = JsonCheck.Single(shell.Output, "nunchi.quantized/1");
        Assert.InRange(report.GetProperty("agreement").GetProperty("top1").GetDouble(), 0.3, 1);
        Assert.Equal(answers, report.TryGetProperty("answers", out JsonElement along) && along.ValueKind == JsonValueKind.Object);
        if (answers)
        {
            Assert.InRange(along.GetProperty("tokens").GetInt32(), 3, 3 * 128);
            Assert.InRange(along.GetProperty("divergence").GetDouble(), 0, 1);
        }
    }

    [Fact]
    public async Task Quantize_Calibrated_WritesADirectoryAndSaysOnWhat()
    {
        using var shell = new TestShell();
        string model = Path.Combine(RepositoryFiles.Goldens, "varco2-tiny"), output = Path.Combine(shell.Folder, "out");

        Assert.Equal(ExitCode.Success, await shell.RunAsync("quantize", model, output, "--calibrate", "2", "--json"));

        JsonElement calibration = JsonCheck.Single(shell.Output, "nunchi.quantized/1").GetProperty("calibration");
        Assert.Equal(2, calibration.GetProperty("questions").GetInt32());
        Assert.InRange(calibration.GetProperty("tokens").GetInt64(), 20, 100_000);
        Assert.True(File.Exists(Path.Combine(output, "model.safetensors")));
    }

    [Fact]
    public async Task Quantize_CalibratedWithoutFourBits_SaysWhichFormatsHaveThem()
    {
        using var shell = new TestShell();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("quantize", Path.Combine(RepositoryFiles.Goldens, "varco2-tiny"), "--report", "--weights", "int8", "--calibrate", "2"));
        Assert.Contains("choose int4", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quantize_WithoutOutOrReport_SaysWhatIsMissing()
    {
        using var shell = new TestShell();
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("quantize", shell.Folder));
        Assert.Contains("needs OUT", shell.Errors, StringComparison.Ordinal);
    }
}

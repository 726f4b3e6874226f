using System.Text.Json;
using Nunchi.Checkpoints;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Checkpoints;

public class CheckpointWriterTests
{
    [Theory]
    [InlineData("varco2-tiny")]
    [InlineData("varco1-tiny")]
    public void Write_LoadedGolden_HasTheSameTensorsAndConfiguration(string golden)
    {
        using var copy = new TemporaryCheckpoint(golden);
        string output = Path.Combine(copy.Root, "written");

        WriteCopy(copy.Directory, output, SafetensorsType.F32);

        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(copy.Directory, "model.safetensors"));
        using SafetensorsFile written = SafetensorsFile.Open(Path.Combine(output, "model.safetensors"));
        Assert.Equal(expected.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal), written.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (SafetensorsEntry entry in expected.Entries)
        {
            Assert.Equal(entry.Shape, written.Require(entry.Name).Shape);
            Assert.Equal(expected.ReadSingles(entry.Name), written.ReadSingles(entry.Name));
        }
        foreach (string name in (string[])["config.json", "generation_config.json"])
        {
            JsonElement left = GoldenFiles.Json(golden, name);
            using JsonDocument right = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, name)));
            Assert.True(JsonElement.DeepEquals(left, right.RootElement), $"{name}: {right.RootElement.GetRawText()}");
        }
        Assert.Equal(File.ReadAllBytes(Path.Combine(copy.Directory, "tokenizer.json")), File.ReadAllBytes(Path.Combine(output, "tokenizer.json")));
        Assert.Equal(2, Directory.GetDirectories(copy.Root).Length);
    }

    [Fact]
    public void Write_BFloat16_EqualsTheRoundedGolden()
    {
        using var copy = new TemporaryCheckpoint();
        string output = Path.Combine(copy.Root, "written");

        WriteCopy(copy.Directory, output, SafetensorsType.BF16);

        using SafetensorsFile expected = SafetensorsFile.Open(GoldenFiles.Path("varco2-tiny-bf16", "model.safetensors"));
        using SafetensorsFile written = SafetensorsFile.Open(Path.Combine(output, "model.safetensors"));
        foreach (SafetensorsEntry entry in expected.Entries)
        {
            Assert.Equal(SafetensorsType.BF16, written.Require(entry.Name).Type);
            Assert.Equal(expected.ReadSingles(entry.Name), written.ReadSingles(entry.Name));
        }
        Assert.Contains("\"bfloat16\"", File.ReadAllText(Path.Combine(output, "config.json")));
    }

    [Fact]
    public void Write_OverAnOlderOne_ReplacesIt()
    {
        using var copy = new TemporaryCheckpoint();
        File.WriteAllText(Path.Combine(copy.Directory, "stale.txt"), "");

        WriteCopy(copy.Directory, copy.Directory, SafetensorsType.BF16);

        Assert.False(File.Exists(Path.Combine(copy.Directory, "stale.txt")));
        Assert.Single(Directory.GetDirectories(copy.Root));
        WriteCopy(copy.Directory, copy.Directory, SafetensorsType.BF16);
    }

    [Fact]
    public void Write_FailureOnTheWay_LeavesTheOlderOneAsItWas()
    {
        using var copy = new TemporaryCheckpoint();
        byte[] before = File.ReadAllBytes(Path.Combine(copy.Directory, "model.safetensors"));
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using VisionLanguageModel model = CheckpointReader.Load(copy.Directory, backend);

        IOException error = Assert.Throws<IOException>(() => CheckpointWriter.Write(
            copy.Directory, model, ImageProcessorConfig.Load(copy.Directory), _ => throw new IOException("No space left on device"), SafetensorsType.F32));

        Assert.Contains("No space left", error.Message);
        Assert.Contains("What was there is as it was", error.Message);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(copy.Directory, "model.safetensors")));
        Assert.Single(Directory.GetFileSystemEntries(copy.Root));
    }

    [Fact]
    public void Write_Penalties_AreReadBack()
    {
        using var copy = new TemporaryCheckpoint();
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using VisionLanguageModel model = CheckpointReader.Load(copy.Directory, backend);
        foreach (var (penalty, size, inAnswer, beams, length, looks) in new[] { (1.25, 20, 9, 4, 0.7, 3), (1.0, 0, 0, 1, 1.0, 1), (1.0, 0, 3, 2, 1.0, 1) })
        {
            CheckpointWriter.Write(copy.Directory, model, ImageProcessorConfig.Load(copy.Directory), directory => File.WriteAllText(Path.Combine(directory, "x"), ""),
                generation: new GenerationConfig { RepetitionPenalty = penalty, NoRepeatNGramSize = size, AnswerNoRepeatNGramSize = inAnswer, Beams = beams, LengthPenalty = length, Looks = looks });
            GenerationConfig read = GenerationConfig.Load(copy.Directory, model.Config.Text);
            Assert.Equal((penalty, size, inAnswer, beams, length, looks), (read.RepetitionPenalty, read.NoRepeatNGramSize, read.AnswerNoRepeatNGramSize, read.Beams, read.LengthPenalty, read.Looks));
            string text = File.ReadAllText(Path.Combine(copy.Directory, GenerationConfig.FileName));
            Assert.Equal((size > 0, beams > 1, length != 1, looks > 1), (text.Contains("\"no_repeat_ngram_size", StringComparison.Ordinal), text.Contains("num_beams", StringComparison.Ordinal), text.Contains("length_penalty", StringComparison.Ordinal), text.Contains("picture_looks", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Write_OtherTiles_Fails()
    {
        using var copy = new TemporaryCheckpoint();
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using VisionLanguageModel model = CheckpointReader.Load(copy.Directory, backend);

        Assert.Throws<ArgumentException>(() => CheckpointWriter.Write(copy.Directory, model, new ImageProcessorConfig(), CheckpointWriter.CopyTextFiles(copy.Directory)));
    }

    [Fact]
    public void CopyTextFiles_NoTokenizer_Fails()
    {
        using var copy = new TemporaryCheckpoint();

        Assert.Throws<FileNotFoundException>(() => CheckpointWriter.CopyTextFiles(copy.Root));
    }

    private static void WriteCopy(string from, string to, SafetensorsType type)
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using VisionLanguageModel model = CheckpointReader.Load(from, backend);
        CheckpointWriter.Write(to, model, ImageProcessorConfig.Load(from), CheckpointWriter.CopyTextFiles(from), type);
    }
}

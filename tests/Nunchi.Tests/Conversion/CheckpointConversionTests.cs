using Nunchi.Checkpoints;
using Nunchi.Conversion;
using Nunchi.Models;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Gguf;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Conversion;

public class CheckpointConversionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("varco2-tiny", TensorNaming.Release4, "varco2-tiny-tf453")]
    [InlineData("varco2-tiny-tf453", TensorNaming.Release5, "varco2-tiny")]
    [InlineData("varco1-tiny", TensorNaming.Release4, "varco1-tiny-tf446")]
    public void Run_Naming_GivesTheTensorsThatThatReleaseWrites(string from, TensorNaming naming, string like)
    {
        using var folder = new TemporaryFolder();

        CheckpointConversion.Run(GoldenFiles.Path(from), folder["out"], new ConversionOptions { Naming = naming }, Token);

        Same(GoldenFiles.Path(like), folder["out"]);
    }

    [Theory]
    [InlineData("varco2-tiny", TensorNaming.Release4)]
    [InlineData("varco2-tiny", TensorNaming.Release5)]
    [InlineData("varco1-tiny", TensorNaming.Modules4)]
    [InlineData("varco2-tiny", TensorNaming.Modules5)]
    [InlineData("llava15-tiny", TensorNaming.Release4)]
    [InlineData("llava15-tiny", TensorNaming.Modules5)]
    public void Run_ThereAndBack_IsTheSameCheckpoint(string checkpoint, TensorNaming naming)
    {
        using var folder = new TemporaryFolder();

        CheckpointConversion.Run(GoldenFiles.Path(checkpoint), folder["there"], new ConversionOptions { Naming = naming, ShardSize = 300_000 }, Token);
        CheckpointConversion.Run(folder["there"], folder["back"], new ConversionOptions { Naming = TensorNaming.Release5 }, Token);

        Same(GoldenFiles.Path(checkpoint), folder["back"]);
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using VisionLanguageModel model = CheckpointReader.Load(folder["there"], backend);
        Assert.True(File.Exists(folder["there/model.safetensors.index.json"]));
        Assert.True(Directory.GetFiles(folder["there"], "model-*-of-*.safetensors").All(file => new FileInfo(file).Length < 320_000));
    }

    [Theory]
    [InlineData("varco2-tiny")]
    [InlineData("varco2-tiny-sharded")]
    public void Run_BFloat16_GivesTheReferencesBytes(string from)
    {
        using var folder = new TemporaryFolder();

        ConvertedCheckpoint converted = CheckpointConversion.Run(GoldenFiles.Path(from), folder["out"], new ConversionOptions { Type = SafetensorsType.BF16 }, Token);

        Same(GoldenFiles.Path("varco2-tiny-bf16"), folder["out"]);
        Assert.Contains("\"dtype\": \"bfloat16\"", File.ReadAllText(folder["out/config.json"]));
        Assert.Contains("tokenizer.json", converted.Carried);
    }

    [Fact]
    public void Run_Average_IsTheMeanOfAllWhateverTheyCallTheirTensors()
    {
        using var folder = new TemporaryFolder();
        string golden = GoldenFiles.Path("varco2-tiny");
        Scale(golden, folder["double"], 2);
        Scale(golden, folder["half"], 0.5f);
        CheckpointConversion.Run(folder["half"], folder["renamed"], new ConversionOptions { Naming = TensorNaming.Modules5, ShardSize = 300_000 }, Token);

        CheckpointConversion.Run(golden, folder["mean"], new ConversionOptions { AverageWith = [folder["double"], folder["renamed"], folder["half"]], Type = SafetensorsType.F32 }, Token);

        using SafetensorsFile mean = SafetensorsFile.Open(folder["mean/model.safetensors"]), one = SafetensorsFile.Open(GoldenFiles.Path("varco2-tiny", "model.safetensors"));
        Assert.Equal(one.Entries.Select(entry => entry.Name).Order(), mean.Entries.Select(entry => entry.Name).Order());
        foreach (SafetensorsEntry entry in one.Entries)
            Assert.All(one.ReadSingles(entry.Name).Zip(mean.ReadSingles(entry.Name)), pair => Assert.Equal(pair.First, pair.Second));
    }

    [Theory]
    [InlineData("varco1-tiny", "it is not the same model as")]
    [InlineData("nothing", "nothing")]
    public void Run_AverageWithAnother_SaysWhyAndLeavesNothing(string other, string expected)
    {
        using var folder = new TemporaryFolder();

        Exception failure = Assert.ThrowsAny<Exception>(() => CheckpointConversion.Run(GoldenFiles.Path("varco2-tiny"), folder["out"], new ConversionOptions { AverageWith = [GoldenFiles.Path(other)] }, Token));

        Assert.True(failure is InvalidDataException or IOException, failure.GetType().Name);
        Assert.Contains(expected, failure.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder[""]));
    }

    [Fact]
    public void Run_AverageWithAnAdapter_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string golden = GoldenFiles.Path("varco2-tiny");

        var failure = Assert.Throws<ArgumentException>(() => CheckpointConversion.Run(golden, folder["out"], new ConversionOptions { AverageWith = [golden], Adapter = golden }, Token));

        Assert.Contains("average first", failure.Message);
    }

    [Fact]
    public void Run_F16AndBack_RoundsOnce()
    {
        using var folder = new TemporaryFolder();

        CheckpointConversion.Run(GoldenFiles.Path("varco2-tiny"), folder["half"], new ConversionOptions { Type = SafetensorsType.F16 }, Token);
        CheckpointConversion.Run(folder["half"], folder["single"], new ConversionOptions { Type = SafetensorsType.F32 }, Token);

        using SafetensorsFile single = SafetensorsFile.Open(folder["single/model.safetensors"]), golden = SafetensorsFile.Open(GoldenFiles.Path("varco2-tiny", "model.safetensors"));
        foreach (SafetensorsEntry entry in golden.Entries)
            Assert.Equal(golden.ReadSingles(entry.Name).Select(value => (float)(Half)value), single.ReadSingles(entry.Name));
    }

    [Fact]
    public void Run_ValueTooLargeForHalf_NamesTheTensorAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryCheckpoint();
        using (var writer = new SafetensorsWriter(Path.Combine(copy.Directory, "model.safetensors"), [new("image_newline", [3])]))
        {
            writer.Write("image_newline", [1, 1e5f, 2]);
            writer.Commit();
        }

        string message = Assert.Throws<InvalidDataException>(() => CheckpointConversion.Run(copy.Directory, folder["out"], new ConversionOptions { Type = SafetensorsType.F16 }, Token)).Message;

        Assert.Contains("\"image_newline\", element 1 is 100000", message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Run_ForRelease4_PutsKeysAndFilesWhereItLooks()
    {
        using var folder = new TemporaryFolder();

        CheckpointConversion.Run(GoldenFiles.Path("varco2-tiny"), folder["out"], new ConversionOptions { Naming = TensorNaming.Release4 }, Token);

        string config = File.ReadAllText(folder["out/config.json"]);
        Assert.Contains("\"rope_theta\": 1000000", config);
        Assert.Contains("\"torch_dtype\": \"float32\"", config);
        Assert.Contains("\"image_mean\"", File.ReadAllText(folder["out/preprocessor_config.json"]));
        Assert.DoesNotContain("image_processor\"", File.ReadAllText(folder["out/processor_config.json"]));
        Assert.Contains("chat_template", File.ReadAllText(folder["out/chat_template.json"]));
        using Nunchi.Generation.ChatEngine engine = Nunchi.Generation.ChatEngine.Load(folder["out"]);
        Assert.Equal("llava_onevision", engine.Info.Family);
    }

    [Fact]
    public void Run_NameThatNoLayoutKnows_NamesIt()
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryCheckpoint();
        using (var writer = new SafetensorsWriter(Path.Combine(copy.Directory, "model.safetensors"), [new("encoder.block.0", [3])]))
        {
            writer.Write("encoder.block.0", [1, 2, 3]);
            writer.Commit();
        }

        Assert.Contains("encoder.block.0 [3]", Assert.Throws<InvalidDataException>(() => CheckpointConversion.Run(copy.Directory, folder["out"], new ConversionOptions { Naming = TensorNaming.Release5 }, Token)).Message);
        CheckpointConversion.Run(copy.Directory, folder["as it is"], new ConversionOptions(), Token);
    }

    [Fact]
    public void Run_PlaceIsTaken_TouchesNothing()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["out"]);
        File.WriteAllText(folder["out/mine.txt"], "mine");

        Assert.Contains("exists already", Assert.Throws<IOException>(() => CheckpointConversion.Run(GoldenFiles.Path("varco2-tiny"), folder["out"], new ConversionOptions(), Token)).Message);
        Assert.Equal(["mine.txt"], Directory.EnumerateFiles(folder["out"]).Select(Path.GetFileName));
    }

    [Fact]
    public void Run_OtherWeightsAndFolders_AreLeftOutByName()
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryCheckpoint();
        File.WriteAllText(Path.Combine(copy.Directory, "pytorch_model.bin"), "x");
        Directory.CreateDirectory(Path.Combine(copy.Directory, "onnx"));

        ConvertedCheckpoint converted = CheckpointConversion.Run(copy.Directory, folder["out"], new ConversionOptions(), Token);

        Assert.Equal(["onnx", "pytorch_model.bin"], converted.LeftOut);
        Assert.False(File.Exists(folder["out/pytorch_model.bin"]));
    }

    // A copy whose every value is multiplied by a power of two, so that nothing is rounded.
    private static void Scale(string from, string to, float factor)
    {
        CheckpointConversion.Run(from, to, new ConversionOptions(), Token);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(from, "model.safetensors"));
        using var writer = new SafetensorsWriter(Path.Combine(to, "model.safetensors"), file.Entries.Select(entry => new SafetensorsSlot(entry.Name, [.. entry.Shape])));
        foreach (SafetensorsEntry entry in file.Entries)
            writer.Write(entry.Name, [.. file.ReadSingles(entry.Name).Select(value => value * factor)]);
        writer.Commit();
    }

    private static unsafe void Same(string expected, string actual)
    {
        using SafetensorsArchive one = SafetensorsArchive.Open(expected), other = SafetensorsArchive.Open(actual);
        Assert.Equal(one.Names.Order(StringComparer.Ordinal), other.Names.Order(StringComparer.Ordinal));
        foreach (string name in one.Names)
        {
            var (oneFile, oneEntry) = one.Find(name)!.Value;
            var (otherFile, otherEntry) = other.Find(name)!.Value;
            Assert.Equal(oneEntry.Type, otherEntry.Type);
            Assert.Equal(oneEntry.Shape, otherEntry.Shape);
            Assert.True(new ReadOnlySpan<byte>(oneFile.Locate(oneEntry), (int)oneEntry.ByteCount).SequenceEqual(new ReadOnlySpan<byte>(otherFile.Locate(otherEntry), (int)otherEntry.ByteCount)), name);
        }
    }
}

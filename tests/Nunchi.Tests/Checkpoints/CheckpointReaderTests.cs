using Nunchi.Checkpoints;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Tests.Goldens;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Tests.Checkpoints;

public class CheckpointReaderTests
{
    [Fact]
    public void Load_EverythingWrongAtOnce_ReportsAllInOneMessage()
    {
        using var copy = new TemporaryCheckpoint();
        Rewrite(copy, (name, shape, values) => name switch
        {
            "language_model.model.norm.weight" => ("language_model.model.nrom.weight", shape, values),
            "image_newline" => (name, [shape[0] / 2, 2], values),
            _ => (name, shape, values),
        });

        string message = Assert.Throws<InvalidDataException>(() => Load(copy.Directory)).Message;

        Assert.Contains(copy.Directory, message);
        Assert.Contains("Parameters without a tensor (1):\n  model.language_model.norm.weight [64]", message);
        Assert.Contains("Tensors without a place (1):\n  language_model.model.nrom.weight [64] (model.safetensors, byte ", message);
        Assert.Contains("image_newline: expected [64], found [32, 2]", message);
    }

    [Fact]
    public void Load_ValuesThatAreNotFinite_AreNamedWithTheirPlace()
    {
        using var copy = new TemporaryCheckpoint();
        Rewrite(copy, (name, shape, values) => name switch
        {
            "multi_modal_projector.linear_1.bias" => (name, shape, [.. values[..5], float.NaN, float.NaN, .. values[7..]]),
            "image_newline" => (name, shape, [.. values[..63], float.NegativeInfinity]),
            _ => (name, shape, values),
        });

        string message = Assert.Throws<InvalidDataException>(() => Load(copy.Directory)).Message;

        Assert.Contains("Values that are not finite (2)", message);
        Assert.Contains("linear_1.bias: NaN at element 5 (model.safetensors, byte ", message);
        Assert.Contains("image_newline: -Infinity at element 63", message);
    }

    [Theory]
    [InlineData(WeightFormat.BFloat16)]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int6)]
    [InlineData(WeightFormat.Int4)]
    public void Load_PackedWithValuesThatAreNotFinite_NamesTheFirstOfEachTensor(WeightFormat weights)
    {
        using var copy = new TemporaryCheckpoint();
        Rewrite(copy, (name, shape, values) => name switch
        {
            "language_model.model.layers.1.self_attn.k_proj.weight" => (name, shape, [.. values[..70], float.PositiveInfinity, .. values[71..^1], float.NaN]),
            "language_model.model.embed_tokens.weight" => (name, shape, [.. values[..^3], float.NaN, .. values[^2..]]),
            _ => (name, shape, values),
        });

        string message = Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(copy.Directory, Shared, weights)).Message;

        Assert.Contains("Values that are not finite (2)", message);
        Assert.Contains("layers.1.self_attn.k_proj.weight: Infinity at element 70 (model.safetensors, byte ", message);
        Assert.Contains($"embed_tokens.weight: NaN at element {(776 * 64) - 3} (model.safetensors, byte ", message);
    }

    [Theory]
    [InlineData("varco2-tiny", WeightFormat.BFloat16)]
    [InlineData("varco2-tiny", WeightFormat.Int8)]
    [InlineData("varco2-tiny-bf16", WeightFormat.Int6)]
    [InlineData("varco2-tiny-bf16", WeightFormat.Int4)]
    [InlineData("varco2-tiny-sharded", WeightFormat.Int4)]
    [InlineData("llava15-tiny", WeightFormat.Int4)]
    public void Load_Packed_EqualsPackingTheFloats(string checkpoint, WeightFormat weights)
    {
        using VisionLanguageModel packed = CheckpointReader.Load(GoldenFiles.Path(checkpoint), Shared, new LoadOptions { Weights = weights, Threads = 3 });

        using VisionLanguageModel floats = Load(GoldenFiles.Path(checkpoint));
        foreach (Parameter parameter in floats.Parameters.All)
        {
            WeightPlan.Pack(parameter, weights);
            Assert.Equal(Bytes(parameter.Tensor), Bytes(packed.Parameters[parameter.Name].Tensor));
        }
    }

    [Fact]
    public void Load_ConfigurationOfAFarLargerModel_IsRefusedBeforeMemoryIsTaken()
    {
        using var copy = new TemporaryCheckpoint();
        copy.Edit("config.json", text => text.Replace("\"vocab_size\": 776", "\"vocab_size\": 16777216", StringComparison.Ordinal).Replace("\"intermediate_size\": 144", "\"intermediate_size\": 1048576", StringComparison.Ordinal));
        long before = Environment.WorkingSet;

        string message = Assert.Throws<InvalidDataException>(() => Load(copy.Directory)).Message;

        Assert.Contains("embed_tokens.weight: expected [16777216, 64], found [776, 64]", message);
        Assert.True(Environment.WorkingSet - before < 1L << 30, "Memory was taken for a model that its weights do not fill.");
    }

    [Fact]
    public void Load_OneFileBesideItsConfiguration_IsTheSameModel()
    {
        using var copy = new TemporaryCheckpoint();
        string file = Path.Combine(copy.Directory, "weights-of-mine.safetensors");
        File.Move(Path.Combine(copy.Directory, "model.safetensors"), file);

        using VisionLanguageModel model = Load(file);

        using VisionLanguageModel expected = Load(GoldenFiles.Path("varco2-tiny"));
        Assert.All(expected.Parameters.All, parameter => Assert.Equal(parameter.Tensor.Span.ToArray(), model.Parameters[parameter.Name].Tensor.Span.ToArray()));
    }

    [Fact]
    public void Load_OnlyAPickleFile_SaysWhyItIsNotRead()
    {
        using var copy = new TemporaryCheckpoint();
        File.Move(Path.Combine(copy.Directory, "model.safetensors"), Path.Combine(copy.Directory, "pytorch_model.bin"));

        Assert.Contains("pytorch_model.bin is a pickle file", Assert.Throws<FileNotFoundException>(() => Load(copy.Directory)).Message);
    }

    [Theory]
    [InlineData(1, WeightFormat.Float32)]
    [InlineData(3, WeightFormat.Float32)]
    [InlineData(3, WeightFormat.Int4)]
    public void Load_WithProgress_CountsEveryByteOnce(int threads, WeightFormat weights)
    {
        var seen = new List<LoadProgress>();

        using VisionLanguageModel model = CheckpointReader.Load(GoldenFiles.Path("varco2-tiny-sharded"), Shared, new LoadOptions { Threads = threads, Weights = weights, Progress = seen.Add });

        Assert.Equal(seen[0].TotalBytes, seen[^1].Bytes);
        Assert.Equal(seen[0].TotalBytes, seen[^2].Bytes);
        Assert.Equal(seen.Select(progress => progress.Bytes).Order(), seen.Select(progress => progress.Bytes));
    }

    [Fact]
    public void Load_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => CheckpointReader.Load(GoldenFiles.Path("varco2-tiny"), Shared, new LoadOptions { Cancellation = source.Token }));
    }

    [Fact]
    public void Load_MissingPostLayerNorm_FillsIt()
    {
        using var copy = new TemporaryCheckpoint();
        Rewrite(copy, (name, shape, values) => name.Contains("post_layernorm", StringComparison.Ordinal) ? null : (name, shape, values));

        using VisionLanguageModel model = Load(copy.Directory);

        Assert.All(model.Encoder.PostNormWeight.Span.ToArray(), value => Assert.Equal(1, value));
    }

    [Theory]
    [InlineData(true, WeightFormat.Float32)]
    [InlineData(false, WeightFormat.Float32)]
    [InlineData(true, WeightFormat.Int4)]
    [InlineData(false, WeightFormat.Int4)]
    public void Load_TiedWithHead_TakesItOnlyIfItIsTheEmbedding(bool same, WeightFormat weights)
    {
        using var copy = new TemporaryCheckpoint();
        Rewrite(copy, (name, shape, values) => (name, shape, values), values => same ? values : [.. values.Select(value => value + 1)]);

        if (same)
        {
            using VisionLanguageModel model = CheckpointReader.Load(copy.Directory, Shared, weights);
            Assert.Same(model.Decoder.Embedding, model.Decoder.Head);
        }
        else
        {
            Assert.Contains("tie_word_embeddings", Assert.Throws<InvalidDataException>(() => CheckpointReader.Load(copy.Directory, Shared, weights)).Message);
        }
    }

    [Fact]
    public void Load_TruncatedWeights_NamesTheFile()
    {
        using var copy = new TemporaryCheckpoint();
        string path = Path.Combine(copy.Directory, "model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path).AsSpan(0, 100_000));

        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => Load(copy.Directory)).Message);
    }

    private static unsafe byte[] Bytes(Tensor tensor) =>
        new ReadOnlySpan<byte>(tensor.Packed != null ? tensor.Packed.Data : (byte*)tensor.Data, (int)tensor.Bytes).ToArray();

    // The backend outlives the model only within the test; nothing runs on it here.
    private static VisionLanguageModel Load(string directory) => CheckpointReader.Load(directory, Shared);

    private static readonly CpuBackend Shared = CpuBackend.Create(new CpuOptions { Threads = 1 });

    private static void Rewrite(TemporaryCheckpoint copy, Func<string, long[], float[], (string, long[], float[])?> change, Func<float[], float[]>? head = null)
    {
        string path = Path.Combine(copy.Directory, "model.safetensors");
        var tensors = new List<(string Name, long[] Shape, float[] Values)>();
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            foreach (SafetensorsEntry entry in file.Entries)
            {
                if (change(entry.Name, [.. entry.Shape], file.ReadSingles(entry.Name)) is { } changed)
                    tensors.Add(changed);
                if (head != null && entry.Name.EndsWith("embed_tokens.weight", StringComparison.Ordinal))
                    tensors.Add(("language_model.lm_head.weight", [.. entry.Shape], head(file.ReadSingles(entry.Name))));
            }
        }
        using var writer = new SafetensorsWriter(path, tensors.Select(tensor => new SafetensorsSlot(tensor.Name, tensor.Shape)));
        foreach (var (name, _, values) in tensors)
            writer.Write(name, values);
        writer.Commit();
    }
}

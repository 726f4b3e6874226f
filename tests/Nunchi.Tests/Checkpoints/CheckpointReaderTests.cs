using Nunchi.Checkpoints;
using Nunchi.Models;
using Nunchi.Tensors.Cpu;
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
            "multi_modal_projector.linear_1.bias" => (name, shape, [.. values[..5], float.NaN, .. values[6..]]),
            _ => (name, shape, values),
        });

        string message = Assert.Throws<InvalidDataException>(() => Load(copy.Directory)).Message;

        Assert.Contains(copy.Directory, message);
        Assert.Contains("Parameters without a tensor (1):\n  model.language_model.norm.weight [64]", message);
        Assert.Contains("Tensors without a place (1):\n  language_model.model.nrom.weight [64]", message);
        Assert.Contains("image_newline: expected [64], found [32, 2]", message);
        Assert.Contains("linear_1.bias: NaN at element 5", message);
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
    [InlineData(true)]
    [InlineData(false)]
    public void Load_TiedWithHead_TakesItOnlyIfItIsTheEmbedding(bool same)
    {
        using var copy = new TemporaryCheckpoint();
        Rewrite(copy, (name, shape, values) => (name, shape, values), values => same ? values : [.. values.Select(value => value + 1)]);

        if (same)
        {
            using VisionLanguageModel model = Load(copy.Directory);
            Assert.Same(model.Decoder.Embedding, model.Decoder.Head);
        }
        else
        {
            Assert.Contains("tie_word_embeddings", Assert.Throws<InvalidDataException>(() => Load(copy.Directory)).Message);
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

    [Fact]
    public void Load_OlderFamily_IsRefusedByName()
    {
        using var copy = new TemporaryCheckpoint("llava15-tiny");

        string message = Assert.Throws<InvalidDataException>(() => Load(copy.Directory)).Message;

        Assert.Contains("\"llava\"", message);
        Assert.Contains("llava_onevision", message);
    }

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

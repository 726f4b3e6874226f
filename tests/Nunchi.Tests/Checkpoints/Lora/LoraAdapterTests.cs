using System.Text.Json;
using Nunchi.Checkpoints;
using Nunchi.Checkpoints.Lora;
using Nunchi.Conversion;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Checkpoints.Lora;

public class LoraAdapterTests
{
    [Fact]
    public void Apply_GoldenAdapter_GivesTheReferencesLoss()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using (LoraAdapter adapter = LoraAdapter.Open(GoldenFiles.Path("training", "lora")))
            adapter.Apply(golden.Model);
        using var rows = new IndexBuffer();
        using var labels = new IndexBuffer();
        GoldenSamples.Fill(golden, rows, labels);

        Tensor images = golden.Model.EncodeImages(golden.Tape, golden.Images);
        Tensor logits = golden.Model.Logits(golden.Tape, golden.Model.Forward(golden.Tape, golden.Tokens, images), rows);
        Losses.CrossEntropy(golden.Tape, logits, labels, 1f / labels.Count, out Tensor losses);
        double loss = losses.Span.ToArray().Sum(value => (double)value) / labels.Count;

        JsonElement expected = GoldenFiles.Json("training", "lora.expected.json");
        Assert.Equal(expected.GetProperty("labelled_tokens").GetInt32(), labels.Count);
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss, expected.GetProperty("loss").GetDouble() * 1e-5);
    }

    [Fact]
    public void Apply_GoldenAdapter_GivesTheReferencesLogits()
    {
        using var golden = new GoldenModel("varco2-tiny");
        using (LoraAdapter adapter = LoraAdapter.Open(GoldenFiles.Path("training", "lora")))
            adapter.Apply(golden.Model);
        JsonElement sample = GoldenFiles.Json("training", "samples.json")[0];
        golden.Tokens.Add([.. sample.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())]);
        golden.Images.Add(TorchvisionProcessor.Process(golden.Processor, GoldenModel.Picture(sample.GetProperty("image").GetString()!)));

        Tensor images = golden.Model.EncodeImages(golden.Tape, golden.Images);
        Tensor logits = golden.Model.Logits(golden.Tape, golden.Model.Forward(golden.Tape, golden.Tokens, images));

        using SafetensorsFile file = SafetensorsFile.Open(GoldenFiles.Path("training", "lora.expected.safetensors"));
        float[] expected = file.ReadSingles("logits_last8");
        ReadOnlySpan<float> last = logits.Span[^expected.Length..];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], last[i], 2e-4 + (2e-4 * Math.Abs(expected[i])));
    }

    [Theory]
    [InlineData("\"use_dora\": false", "\"use_dora\": true", "\"use_dora\" is true")]
    [InlineData("\"peft_type\": \"LORA\"", "\"peft_type\": \"IA3\"", "expected one of LORA")]
    [InlineData("\"bias\": \"none\"", "\"bias\": \"all\"", "\"bias\" is \"all\"")]
    [InlineData("\"r\": 4", "\"r\": 5", "expected [5, 144] and [64, 5]")]
    [InlineData("\"r\": 4", "\"r\": 0", "whole number from 1")]
    [InlineData("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 8}", "expected [8, 64]")]
    [InlineData("\"rank_pattern\": {}", "\"rank_pattern\": {\"(q\": 8}", "no regular expression")]
    public void Apply_WrongConfiguration_NamesIt(string from, string to, string fault)
    {
        using var copy = new AdapterCopy();
        copy.EditConfig(text => text.Replace(from, to, StringComparison.Ordinal));
        using var golden = new GoldenModel("varco2-tiny");

        string message = Assert.Throws<InvalidDataException>(() =>
        {
            using LoraAdapter adapter = LoraAdapter.Open(copy.Directory);
            adapter.Apply(golden.Model);
        }).Message;

        Assert.Contains(fault, message);
    }

    [Fact]
    public void Apply_TensorsOfAnotherModel_AllAreNamedAndNothingChanges()
    {
        using var copy = new AdapterCopy();
        copy.Rename(name => name.Replace("layers.2.", "layers.7.", StringComparison.Ordinal));
        using var golden = new GoldenModel("varco2-tiny");
        float[] before = golden.Model.Parameters["model.language_model.layers.0.mlp.down_proj.weight"].Tensor.Span.ToArray();
        using LoraAdapter adapter = LoraAdapter.Open(copy.Directory);

        string message = Assert.Throws<InvalidDataException>(() => adapter.Apply(golden.Model)).Message;

        Assert.Contains("Tensors without a place (7)", message);
        Assert.Contains("layers.7.mlp.down_proj.lora_A.weight [4, 144]", message);
        Assert.Equal(before, golden.Model.Parameters["model.language_model.layers.0.mlp.down_proj.weight"].Tensor.Span.ToArray());
    }

    [Fact]
    public void Apply_OneHalfOnly_IsNamed()
    {
        using var copy = new AdapterCopy();
        copy.Rename(name => name.Replace("layers.1.mlp.up_proj.lora_B", "layers.1.mlp.up_proj.lora_C", StringComparison.Ordinal));
        using var golden = new GoldenModel("varco2-tiny");
        using LoraAdapter adapter = LoraAdapter.Open(copy.Directory);

        string message = Assert.Throws<InvalidDataException>(() => adapter.Apply(golden.Model)).Message;

        Assert.Contains("Halves without their other half (1)", message);
        Assert.Contains("up_proj.lora_C", message);
    }

    [Fact]
    public void Apply_ValuesThatAreNotFinite_AreNamedAndNothingChanges()
    {
        using var copy = new AdapterCopy();
        copy.Change((name, values) => values[3] = name.Contains("layers.1.mlp.up_proj.lora_B", StringComparison.Ordinal) ? float.NaN : values[3]);
        using var golden = new GoldenModel("varco2-tiny");
        using LoraAdapter adapter = LoraAdapter.Open(copy.Directory);

        string message = Assert.Throws<InvalidDataException>(() => adapter.Apply(golden.Model)).Message;

        Assert.Contains("Values that are not finite (1)", message);
        Assert.Contains("up_proj.lora_B.weight: NaN at element 3", message);
    }

    [Theory]
    [InlineData("varco2-tiny")]
    [InlineData("varco2-tiny-tf453")]
    [InlineData("varco2-tiny-sharded")]
    public void Run_WithAdapter_WritesWhatLoadsAsTheAdaptedModel(string checkpoint)
    {
        using var place = new TemporaryCheckpoint(checkpoint);
        string merged = Path.Combine(place.Root, "merged"), adapter = GoldenFiles.Path("training", "lora");
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 1 });

        CheckpointConversion.Run(place.Directory, merged, new ConversionOptions { Adapter = adapter, ShardSize = 200_000 }, TestContext.Current.CancellationToken);

        using VisionLanguageModel expected = CheckpointReader.Load(place.Directory, backend, new LoadOptions { Adapter = adapter }), model = CheckpointReader.Load(merged, backend);
        Assert.All(expected.Parameters.All, parameter => Assert.Equal(parameter.Tensor.Span.ToArray(), model.Parameters[parameter.Name].Tensor.Span.ToArray()));
        using VisionLanguageModel plain = CheckpointReader.Load(place.Directory, backend);
        Assert.NotEqual(plain.Parameters["model.language_model.layers.0.mlp.down_proj.weight"].Tensor.Span.ToArray(), model.Parameters["model.language_model.layers.0.mlp.down_proj.weight"].Tensor.Span.ToArray());
        Assert.True(File.Exists(Path.Combine(merged, "tokenizer.json")));
    }

    [Fact]
    public void Run_WithAdapterAndType_RoundsTheSumOnce()
    {
        using var place = new TemporaryCheckpoint();
        string adapter = GoldenFiles.Path("training", "lora"), merged = Path.Combine(place.Root, "merged");
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 1 });

        CheckpointConversion.Run(place.Directory, merged, new ConversionOptions { Adapter = adapter, Type = SafetensorsType.BF16, Naming = TensorNaming.Release4 }, TestContext.Current.CancellationToken);

        using VisionLanguageModel expected = CheckpointReader.Load(place.Directory, backend, new LoadOptions { Adapter = adapter }), model = CheckpointReader.Load(merged, backend);
        Assert.All(expected.Parameters.All, parameter =>
        {
            float[] rounded = parameter.Tensor.Span.ToArray();
            for (int i = 0; i < rounded.Length; i++)
                rounded[i] = Nearest(rounded[i]);
            Assert.Equal(rounded, model.Parameters[parameter.Name].Tensor.Span.ToArray());
        });

        static float Nearest(float value)
        {
            uint bits = BitConverter.SingleToUInt32Bits(value);
            return BitConverter.UInt32BitsToSingle((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
        }
    }

    [Fact]
    public void Run_WithAdapterOfAnotherModel_IsRefusedAndLeavesNothing()
    {
        using var copy = new AdapterCopy();
        copy.Rename(name => name.Replace("layers.2.", "layers.7.", StringComparison.Ordinal));
        using var place = new TemporaryCheckpoint();
        string merged = Path.Combine(place.Root, "merged");

        string message = Assert.Throws<InvalidDataException>(() => CheckpointConversion.Run(place.Directory, merged, new ConversionOptions { Adapter = copy.Directory }, TestContext.Current.CancellationToken)).Message;

        Assert.Contains("Tensors without a place (7)", message);
        Assert.False(Directory.Exists(merged));
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void Load_PackedWhileLoading_IsTheAdaptedModelPacked(WeightFormat weights)
    {
        string adapter = GoldenFiles.Path("training", "lora");
        using var place = new TemporaryCheckpoint();
        string merged = Path.Combine(place.Root, "merged");
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        CheckpointConversion.Run(place.Directory, merged, new ConversionOptions { Adapter = adapter }, TestContext.Current.CancellationToken);

        using VisionLanguageModel expected = CheckpointReader.Load(merged, backend, weights), model = CheckpointReader.Load(place.Directory, backend, new LoadOptions { Adapter = adapter, Weights = weights });

        Assert.Equal(Packed("one", expected), Packed("other", model));

        byte[] Packed(string name, VisionLanguageModel packed)
        {
            string to = System.IO.Directory.CreateDirectory(Path.Combine(place.Root, name)).FullName;
            PackedCheckpointWriter.Write(place.Directory, to, packed, weights);
            return File.ReadAllBytes(Path.Combine(to, SafetensorsArchive.SingleFileName));
        }
    }

    private sealed class AdapterCopy : IDisposable
    {
        private readonly TemporaryCheckpoint _place = new();

        public AdapterCopy()
        {
            Directory = Path.Combine(_place.Root, "adapter");
            System.IO.Directory.CreateDirectory(Directory);
            foreach (string file in System.IO.Directory.GetFiles(GoldenFiles.Path("training", "lora")))
                File.Copy(file, Path.Combine(Directory, Path.GetFileName(file)));
        }

        public string Directory { get; }

        public void EditConfig(Func<string, string> change)
        {
            string file = Path.Combine(Directory, "adapter_config.json"), text = File.ReadAllText(file);
            Assert.NotEqual(text, change(text));
            File.WriteAllText(file, change(text));
        }

        public void Rename(Func<string, string> rename) => Rewrite(rename, (_, _) => { });

        private void Rewrite(Func<string, string> rename, Action<string, float[]> change)
        {
            string file = Path.Combine(Directory, LoraAdapter.WeightsFileName);
            List<(SafetensorsSlot Slot, float[] Values)> tensors;
            using (SafetensorsFile old = SafetensorsFile.Open(file))
                tensors = [.. old.Entries.Select(entry => (new SafetensorsSlot(rename(entry.Name), entry.Shape), old.ReadSingles(entry.Name)))];
            using var writer = new SafetensorsWriter(file, tensors.Select(tensor => tensor.Slot));
            foreach (var (slot, values) in tensors)
            {
                change(slot.Name, values);
                writer.Write(slot.Name, values);
            }
            writer.Commit();
        }

        public void Change(Action<string, float[]> change) => Rewrite(name => name, change);

        public void Dispose() => _place.Dispose();
    }
}

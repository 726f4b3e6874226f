using Nunchi.Checkpoints;
using Nunchi.Generation;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Tests.Models;

namespace Nunchi.Tests.Generation;

/// <summary>A model that answers with packed weights against the same model in float32.</summary>
public class PackedModelTests
{
    /// <summary>Most root-mean-square difference of all logits of a case, as a share of their size.</summary>
    public static TheoryData<WeightFormat, double> Formats => new() { { WeightFormat.BFloat16, 0.015 }, { WeightFormat.Int8, 0.05 }, { WeightFormat.Int6, 0.1 }, { WeightFormat.Int4, 0.3 } };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Logits_OfPackedModel_StayNearFloat32(WeightFormat format, double most)
    {
        using var plain = new GoldenModel("varco2-tiny");
        using var packed = new GoldenModel("varco2-tiny", weights: format);
        foreach (string name in (string[])["ask_square", "two_images", "text_turns"])
        {
            float[] expected = AllLogits(plain, name), actual = AllLogits(packed, name);
            double error = 0, size = 0;
            for (int i = 0; i < expected.Length; i++)
            {
                error += Math.Pow(expected[i] - (double)actual[i], 2);
                size += Math.Pow(expected[i], 2);
            }
            double share = Math.Sqrt(error / size);
            TestContext.Current.SendDiagnosticMessage($"{format} {name}: logits differ by {share:0.0000}");
            Assert.True(share > 0 && share < most, $"{format} {name}: logits differ by {share:0.0000} of their size");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Prefill_PiecesAndThreads_GiveTheSameBits(WeightFormat format, double most)
    {
        Assert.True(most > 0);
        float[]? first = null;
        foreach (var (threads, chunk) in new[] { (1, 4096), (2, 4096), (2, 7), (1, 1) })
        {
            using var golden = new GoldenModel("varco2-tiny", CpuBackend.Create(new CpuOptions { Threads = threads }), weights: format);
            (int[] ids, Tensor? rows) = golden.Case("ask_small");
            using var generator = new Generator(golden.Model, golden.Tape, chunk);
            float[] logits = [.. generator.Prefill(ids, rows, cancellation: TestContext.Current.CancellationToken).Span, .. generator.Step(5)];
            first ??= logits;
            Assert.Equal(first, logits);
            rows?.Dispose();
        }
    }

    [Theory]
    [InlineData("int4", WeightFormat.Int4, WeightFormat.Int8, WeightFormat.Int8)]
    [InlineData("int6", WeightFormat.Int6, WeightFormat.Int6, WeightFormat.Int6)]
    [InlineData("int4+int6", WeightFormat.Int4, WeightFormat.Int6, WeightFormat.Int8)]
    public void Load_FewBits_PacksMatricesAsPlanned(string name, WeightFormat decoder, WeightFormat encoder, WeightFormat projector)
    {
        WeightChoice format = WeightChoice.Parse(name);
        Assert.Equal(name, format.Name);
        using var golden = new GoldenModel("varco2-tiny", weights: format);
        foreach (Parameter parameter in golden.Model.Parameters.All)
        {
            Assert.Equal(WeightPlan.For(parameter, format), parameter.Tensor.Format);
            Assert.Equal(WeightPlan.Bytes(parameter, format), parameter.Tensor.Bytes);
        }
        Assert.Equal(WeightFormat.Int8, golden.Model.Decoder.Embedding.Format);
        Assert.Equal(decoder, golden.Model.Parameters["model.language_model.layers.0.mlp.down_proj.weight"].Tensor.Format);
        Assert.Equal(encoder, golden.Model.Parameters["model.vision_tower.encoder.layers.0.mlp.fc1.weight"].Tensor.Format);
        Assert.Equal(projector, golden.Model.Parameters["model.multi_modal_projector.linear_1.weight"].Tensor.Format);
        Assert.Equal(WeightFormat.Float32, golden.Model.Parameters["model.vision_tower.embeddings.patch_embedding.weight"].Tensor.Format);
    }

    private static float[] AllLogits(GoldenModel golden, string name)
    {
        (int[] ids, Tensor? rows) = golden.Case(name);
        using var generator = new Generator(golden.Model, golden.Tape);
        float[] logits = generator.PrefillAll(ids, rows, 0);
        rows?.Dispose();
        return logits;
    }
}

using System.Text.Json;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Models;

public class TrainingGradientGoldenTests
{
    [Theory]
    [InlineData("pretrain_projector", new[] { ModelModule.Projector, ModelModule.Newline })]
    [InlineData("finetune_decoder", new[] { ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder })]
    [InlineData("finetune_all", new[] { ModelModule.Encoder, ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder })]
    [InlineData("finetune_all", new[] { ModelModule.Encoder, ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder }, true)]
    public void Backward_AllSamplesOfAStage_GivesTheReferenceLossAndGradients(string stage, ModelModule[] trained, bool scalar = false)
    {
        using var golden = new GoldenModel("varco2-tiny", scalar ? new ReferenceBackend() : null);
        foreach (ModelModule module in trained)
            golden.Model.Parameters.SetTrainable(module, true);
        JsonElement expected = GoldenFiles.Json("training", "stages.json").GetProperty(stage);
        using var rows = new IndexBuffer();
        using var labels = new IndexBuffer();
        GoldenSamples.Fill(golden, rows, labels);
        golden.Tape.Recording = true;

        Tensor images = golden.Model.EncodeImages(golden.Tape, golden.Images);
        Tensor hidden = golden.Model.Forward(golden.Tape, golden.Tokens, images);
        golden.Tape.Release(images);
        Tensor logits = golden.Model.Logits(golden.Tape, hidden, rows);
        Losses.CrossEntropy(golden.Tape, logits, labels, 1f / labels.Count, out Tensor losses);
        double loss = losses.Span.ToArray().Sum(value => (double)value) / labels.Count;
        golden.Tape.Backward();

        Assert.Equal(expected.GetProperty("labelled_tokens").GetInt32(), labels.Count);
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss, expected.GetProperty("loss").GetDouble() * 1e-5);
        CheckGradients(golden.Model.Parameters, GoldenFiles.Path("training", stage + ".grads.safetensors"), expected);
    }

    private static void CheckGradients(ParameterSet parameters, string file, JsonElement expected)
    {
        using SafetensorsFile gradients = SafetensorsFile.Open(file);
        double total = 0;
        foreach (SafetensorsEntry entry in gradients.Entries)
        {
            Assert.True(parameters.TryFindView(entry.Name, out Parameter? parameter, out ParameterView? view), $"No parameter {entry.Name}.");
            Assert.True(parameter.Tensor.HasGradient, $"{entry.Name} has no gradient.");
            float[] reference = gradients.ReadSingles(entry.Name);
            ReadOnlySpan<float> own = view.In(parameter.Tensor.Gradient!);
            double norm = 0, difference = 0;
            for (int i = 0; i < reference.Length; i++)
            {
                norm += (double)reference[i] * reference[i];
                difference += Math.Pow((double)own[i] - reference[i], 2);
                total += (double)own[i] * own[i];
            }
            // A key bias moves no softmax: its gradient is zero but for rounding, which scales with the whole gradient.
            Assert.True(Math.Sqrt(difference) <= (1e-3 * Math.Sqrt(norm)) + (1e-8 * expected.GetProperty("grad_norm").GetDouble()), $"{entry.Name}: the gradient is off by {Math.Sqrt(difference)} of {Math.Sqrt(norm)}.");
        }
        string[] trainable = [.. expected.GetProperty("trainable").EnumerateArray().Select(name => name.GetString()!)];
        string[] own2 = [.. parameters.All.Where(parameter => parameter.Tensor.HasGradient).SelectMany(parameter => parameter.Views).Select(view => view.Name)];
        Assert.Equal(trainable.Order(StringComparer.Ordinal), own2.Order(StringComparer.Ordinal));
        Assert.Equal(expected.GetProperty("grad_norm").GetDouble(), Math.Sqrt(total), expected.GetProperty("grad_norm").GetDouble() * 1e-4);
    }
}

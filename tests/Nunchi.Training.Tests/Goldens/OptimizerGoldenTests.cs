using System.Text.Json;
using Nunchi.Checkpoints;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Optimizers;
using Nunchi.Training.Recipes;
using Nunchi.Training.Schedules;
using Nunchi.Training.Stages;

namespace Nunchi.Training.Tests.Goldens;

public sealed class OptimizerGoldenTests : IDisposable
{
    private readonly CpuBackend _backend = CpuBackend.Create();
    private readonly VisionLanguageModel _model;
    private readonly Tape _tape;
    private readonly AnswerPass _pass;
    private readonly (int[] Ids, int[] Labels, ProcessedImages? Images)[] _samples;

    public OptimizerGoldenTests()
    {
        _model = CheckpointReader.Load(GoldenFiles.Path("varco2-tiny"), _backend);
        _tape = new Tape(_backend, recording: true);
        _pass = new AnswerPass(_model);
        var processor = new ImageProcessor(ImageProcessorConfig.Load(GoldenFiles.Path("varco2-tiny"), _model.Config.VisionAspectRatio), _model.Config.Vision.PatchSize);
        _samples = [.. GoldenFiles.Json("training", "samples.json").EnumerateArray().Select(sample => (
            Integers(sample.GetProperty("input_ids")),
            Integers(sample.GetProperty("labels")),
            sample.GetProperty("image").GetString() is { } image ? processor.Process([ImageDecoder.Decode(File.ReadAllBytes(GoldenFiles.Path("images", image + ".png")))]) : null))];
    }

    public void Dispose()
    {
        _pass.Dispose();
        _tape.Dispose();
        _model.Dispose();
        _backend.Dispose();
    }

    [Theory]
    [InlineData("pretrain_projector", "projector", "encoder: frozen, projector: {learning_rate: 0.001}, decoder: frozen")]
    [InlineData("finetune_decoder", "finetune", "encoder: frozen, projector: {learning_rate: 0.001}, decoder: {learning_rate: 0.001}")]
    [InlineData("finetune_all", "finetune", "encoder: {learning_rate: 0.0002}, projector: {learning_rate: 0.001}, decoder: {learning_rate: 0.001}")]
    public void AdamW_EachStage_GivesTheReferenceLosses(string golden, string kind, string modules)
    {
        var expected = GoldenFiles.Json("training", "stages.json").GetProperty(golden).GetProperty("adamw");
        var factors = Numbers(expected.GetProperty("lr_factor"));
        var stage = StageOf($$"""{name: s, kind: {{kind}}, steps: {{factors.Length}}, batch: {samples: 3}, modules: { {{modules}} }, optimizer: {kind: adamw, betas: [0.9, 0.95], epsilon: 1e-8, weight_decay: 0.05}, schedule: {kind: cosine, warmup_steps: 3}, clip: 1.0}""");
        var batches = expected.GetProperty("batches").EnumerateArray().Select(Integers).ToArray();
        var norms = Numbers(expected.GetProperty("grad_norms_before_clip"));
        var losses = Numbers(expected.GetProperty("losses"));
        using var optimizer = Assert.Single(Optimizers(stage));
        for (var step = 0; step < 10; step++)
        {
            Assert.Equal(factors[step], stage.Schedule.Factor(step), 1e-12);
            var loss = ForwardBackward(batches[step % batches.Length]);
            Assert.Equal(losses[step], loss, losses[step] * 1e-3);
            var norm = GradientNorm.Of(_backend, [optimizer]);
            Assert.Equal(norms[step], norm, norms[step] * 1e-2);
            optimizer.Step(stage.Schedule.Factor(step), GradientNorm.ClippingScale(norm, stage.Clip));
        }
    }

    [Fact]
    public void Muon_MatricesInsideLayers_GivesTheReferenceLosses()
    {
        var expected = GoldenFiles.Json("training", "muon.json");
        var stage = StageOf("""
            {name: s, kind: finetune, steps: 10, batch: {samples: 3},
             modules: {encoder: {learning_rate: 0.001, muon_learning_rate: 0.01}, projector: {learning_rate: 0.001}, decoder: {learning_rate: 0.001, muon_learning_rate: 0.01}},
             optimizer: {kind: muon+adamw, betas: [0.9, 0.95], epsilon: 1e-8, momentum: 0.95, muon_weight_decay: 0.01, newton_schulz_steps: 5}}
            """);
        var optimizers = Optimizers(stage);
        var losses = Numbers(expected.GetProperty("losses"));
        var matrices = expected.GetProperty("matrices").EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal);
        var own = _model.Parameters.All.Where(parameter => optimizers[0].Groups.Any(group => group.Parameters.Any(member => member.Name == parameter.Name))).SelectMany(parameter => parameter.Views).Select(view => view.Name);
        Assert.Equal(matrices, own.Order(StringComparer.Ordinal));
        for (var step = 0; step < 6; step++)
        {
            var loss = ForwardBackward([0, 1, 2]);
            Assert.Equal(losses[step], loss, losses[step] * 0.05);
            foreach (var optimizer in optimizers)
                optimizer.Step(1);
        }

        foreach (var optimizer in optimizers)
            optimizer.Dispose();
    }

    private double ForwardBackward(int[] batch)
    {
        _model.Parameters.ForgetGradients();
        _pass.Clear();
        foreach (var index in batch)
            _pass.Add(_samples[index].Ids, _samples[index].Labels, _samples[index].Images);
        return _pass.Run(_tape, 1.0 / _pass.Labelled) / _pass.Labelled;
    }

    private IReadOnlyList<Optimizer> Optimizers(StageRecipe stage)
    {
        var parameters = ModelBuilder.Parameters(_model, ModelModule.Encoder, ModelModule.Projector, ModelModule.Newline, ModelModule.Decoder).ToList();
        foreach (var parameter in parameters)
            parameter.Tensor.RequiresGradient = stage.Modules.ContainsKey(parameter.Module);
        return OptimizerFactory.Create(_backend, parameters, stage);
    }

    private static StageRecipe StageOf(string yaml) => StageRecipe.Read(RecipeFile.Parse("golden.yaml", yaml));

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetDouble())];
}

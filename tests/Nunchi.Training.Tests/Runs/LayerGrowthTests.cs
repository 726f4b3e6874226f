using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Training.Recipes;
using Nunchi.Training.Runs;
using Nunchi.Training.Stages;
using Nunchi.Training.Tests.Stages;

namespace Nunchi.Training.Tests.Runs;

public class LayerGrowthTests
{
    [Fact]
    public void SourceOf_EightLayersInTen_SpreadsTheAddedOnes()
    {
        Assert.Equal([0, 0, 1, 2, 3, 4, 4, 5, 6, 7], Enumerable.Range(0, 10).Select(layer => LayerGrowth.SourceOf(layer, 8, 10)));
        Assert.Equal([1, 6], Enumerable.Range(0, 10).Where(layer => LayerGrowth.IsAdded(layer, 8, 10)));
        Assert.DoesNotContain(Enumerable.Range(0, 6), layer => LayerGrowth.IsAdded(layer, 6, 6));
    }

    [Theory]
    [InlineData(ModelModule.Encoder)]
    [InlineData(ModelModule.Decoder)]
    public void RenameAndSilence_ADeeperModel_ComputesWhatItsSourceDoes(ModelModule module)
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var shallow = Model(backend, layers: 2, seed: 3);
        using var deep = Model(backend, layers: 5, seed: 4);
        // Random starts have outputs near zero; these matter.
        var random = new Random(5);
        foreach (var parameter in shallow.Parameters.All)
            foreach (ref var value in parameter.Tensor.Span)
                value += 0.1f * (float)(random.NextDouble() - 0.5);

        var names = shallow.Parameters.All.Select(parameter => parameter.Name).ToList();
        var tensors = shallow.Parameters.All.ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor);
        List<TrainingParameter> parameters = [.. ModelBuilder.Parameters(deep, module)];
        var growth = new LayerGrowth(parameters, names);
        foreach (var parameter in growth.Renamed)
            tensors[parameter.Name].Span.CopyTo(parameter.Tensor.Span);
        growth.Silence();
        Assert.Equal(3, growth.Added);

        var (expected, actual) = (Run(shallow, module), Run(deep, module));
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 4);
    }

    [Fact]
    public void Rename_AModuleWithoutLayers_StaysAsItIs()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var model = Model(backend, layers: 1, seed: 3);
        List<TrainingParameter> parameters = [.. ModelBuilder.Parameters(model, ModelModule.Projector)];
        var names = model.Parameters.All.Select(parameter => parameter.Name).ToList();
        var growth = new LayerGrowth(parameters, names);
        Assert.Equal(parameters, growth.Renamed);
        Assert.Equal(0, growth.Added);
    }

    [Fact]
    public void Rename_FewerLayersThanTheSource_IsRefused()
    {
        using var backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using var shallow = Model(backend, layers: 1, seed: 3);
        using var deep = Model(backend, layers: 2, seed: 4);
        var error = Assert.Throws<InvalidDataException>(() => new LayerGrowth([.. ModelBuilder.Parameters(shallow, ModelModule.Encoder)], deep.Parameters.All.Select(parameter => parameter.Name)));
        Assert.Contains("the source has 2, the recipe's model 1", error.Message, StringComparison.Ordinal);
    }

    private static VisionLanguageModel Model(CpuBackend backend, int layers, int seed)
    {
        var recipe = SmallTokenizer.Recipe.Model;
        recipe = recipe with { Encoder = recipe.Encoder with { Layers = layers }, Decoder = recipe.Decoder with { Layers = layers } };
        return ModelBuilder.Create(backend, ModelBuilder.Configure(recipe, 64), seed);
    }

    private static float[] Run(VisionLanguageModel model, ModelModule module)
    {
        using var tape = new Tape(model.Backend);
        if (module == ModelModule.Encoder)
        {
            using var layout = SegmentLayout.Uniform(1, model.Config.Vision.Tokens);
            var patches = tape.Rent(model.Config.Vision.Tokens, 3 * model.Config.Vision.PatchSize * model.Config.Vision.PatchSize);
            for (var i = 0; i < patches.Count; i++)
                patches.Span[i] = MathF.Sin(i * 0.37f);
            return model.Encoder.Forward(tape, patches, layout).Span.ToArray();
        }

        using var batch = new TokenBatch(model.Config.ImageTokenId);
        batch.Add([5, 9, 11, 2, 40]);
        return model.Logits(tape, model.Forward(tape, batch)).Span.ToArray();
    }
}

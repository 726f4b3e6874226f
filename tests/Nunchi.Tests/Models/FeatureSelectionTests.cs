using Nunchi.Checkpoints;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Models;

public class FeatureSelectionTests
{
    private const int Width = 64, Patches = 9;

    [Fact]
    public void EncodeImages_FullSelection_IsTheClassTokenAndTheFeaturesOfDefault()
    {
        using var copy = new TemporaryCheckpoint("llava15-tiny");
        copy.Edit("config.json", text => text.Replace("\"vision_feature_select_strategy\": \"default\"", "\"vision_feature_select_strategy\": \"full\"", StringComparison.Ordinal));

        (float[] full, int fullTokens) = Encode(copy.Directory, crops: 3);
        (float[] selected, int tokens) = Encode(GoldenFiles.Path("llava15-tiny"), crops: 3);

        Assert.Equal((3 * (Patches + 1), 3 * Patches), (fullTokens, tokens));
        for (int crop = 0; crop < 3; crop++)
            Assert.Equal(selected[(crop * Patches * Width)..((crop + 1) * Patches * Width)], full[((crop * (Patches + 1) * Width) + Width)..((crop + 1) * (Patches + 1) * Width)]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-3)]
    [InlineData(1)]
    [InlineData(3)]
    public void Load_AnyLayerOfTheEncoder_RunsAsManyLayersAsItNames(int layer)
    {
        using var copy = new TemporaryCheckpoint("llava15-tiny");
        copy.Edit("config.json", text => text.Replace("\"vision_feature_layer\": -2", $"\"vision_feature_layer\": {layer}", StringComparison.Ordinal));
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 1 });

        using VisionLanguageModel model = CheckpointReader.Load(copy.Directory, backend);

        int expected = layer < 0 ? 4 + layer : layer;
        Assert.Equal(expected, model.Parameters.ViewNames.Count(name => name.EndsWith("layer_norm1.weight", StringComparison.Ordinal)));
    }

    private static (float[] Features, int Tokens) Encode(string directory, int crops)
    {
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using VisionLanguageModel model = CheckpointReader.Load(directory, backend);
        ProcessedImages images = CheckpointImages.Load(directory, model.Config).Process([.. Enumerable.Range(0, crops).Select(seed => Images.TestPictures.Noise(50, 70, seed))], cancellation: TestContext.Current.CancellationToken);
        using var tape = new Tape(backend);
        using var batch = new ImageBatch(model.Config.Vision);
        batch.Add(images);
        return (model.EncodeImages(tape, batch, cropsAtOnce: 2).Span.ToArray(), batch.Tokens);
    }
}

using Nunchi.Data.Pages;
using Nunchi.Images;
using Nunchi.Tensors.Cpu;
using Nunchi.Training.Stages;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Tests.Stages;

public class PatchSymbolsTests
{
    private const int Tile = 96;
    private const int Spot = 12;

    [Theory]
    [InlineData(200, 120, TilingMode.AnyRes)]
    [InlineData(120, 333, TilingMode.AnyRes)]
    [InlineData(401, 399, TilingMode.AnyRes)]
    [InlineData(60, 50, TilingMode.AnyRes)]
    [InlineData(200, 120, TilingMode.SingleView)]
    [InlineData(75, 301, TilingMode.SingleView)]
    public void CropViews_ASpotInAPicture_LiesWhereTheProcessorPutsIt(int width, int height, TilingMode tiling)
    {
        var picture = new RgbImage(width, height);
        int left = width * 2 / 3, top = height / 4;
        for (var y = top; y < top + Spot; y++)
            picture.Pixels.AsSpan(((y * width) + left) * 3, Spot * 3).Fill(255);
        var processor = new ImageProcessor(new ImageProcessorConfig { TileSize = Tile, Canvases = [new(Tile, Tile), new(Tile, 2 * Tile), new(2 * Tile, Tile), new(2 * Tile, 2 * Tile), new(3 * Tile, Tile)] }, 16);
        var processed = processor.Process([picture], tiling, TestContext.Current.CancellationToken);
        var found = 0;
        foreach (var (view, crop) in CropViews.Of(processed.Images[0], Tile).Select((view, crop) => (view, crop)))
        {
            var (x, y) = view.Apply(left + (Spot / 2f), top + (Spot / 2f));
            if (x is < 8 or > Tile - 8 || y is < 8 or > Tile - 8)
                continue;
            found++;
            var values = new float[3 * Tile * Tile];
            processed.WritePixels(crop, 1, values);
            var (seenX, seenY) = Centre(values.AsSpan(0, Tile * Tile));
            Assert.InRange(seenX, x - 1.5f, x + 1.5f);
            Assert.InRange(seenY, y - 1.5f, y + 1.5f);
        }

        Assert.Equal(processed.CropCount, CropViews.Of(processed.Images[0], Tile).Count());
        Assert.InRange(found, 1, processed.CropCount);
    }

    [Fact]
    public void PatchThings_TokenizerOfTheSmallModel_KnowsEverySyllableOfItsVocabularyAndEveryObject()
    {
        var things = new PatchThings(SmallTokenizer.Prompts.Tokenizer);

        Assert.True(things.Glyphs >= 2350, $"{things.Glyphs} glyphs");
        Assert.Equal(1 + things.Glyphs + DenseLabels.ObjectClasses - 1, things.Count);
        var (initial, medial, final) = DenseLabels.Encode('판');
        var thing = Assert.NotNull(things.OfGlyph(initial, medial, final));
        Assert.Equal("판", SmallTokenizer.Prompts.Tokenizer.Decode([Assert.Single(things.Tokens[thing])]));
        Assert.Equal(PatchThings.Blank, things.OfGlyph(0, 0, 0));
        Assert.Null(things.OfGlyph(DenseLabels.UnknownInitial, 0, 0));
    }

    [Fact]
    public void PatchVectors_AGlyphInAColour_IsItsTokenAndHalfOfTheColour()
    {
        using var backend = CpuBackend.Create();
        var prompts = SmallTokenizer.Prompts;
        using var model = ModelBuilder.Create(backend, ModelBuilder.Configure(SmallTokenizer.Recipe.Model, SequenceStage.Vocabulary(prompts.Tokenizer), prompts.Tokenizer), 3);
        var things = new PatchThings(prompts.Tokenizer);
        using var vectors = new PatchVectors(model, things);
        vectors.Refresh();
        var red = (int)Data.Objects.ColourName.Red;
        var thing = things.OfGlyph(20, 0, 0)!.Value;
        var vector = new float[model.Config.Text.HiddenSize];
        vectors.Write(thing, red, vector);

        var embedding = model.Decoder.Embedding;
        var letter = prompts.Tokenizer.TokenId("A")!.Value;
        for (var i = 0; i < vector.Length; i++)
        {
            var colour = things.ColourTokens[red].Sum(token => embedding.Row(token)[i]) / MathF.Sqrt(things.ColourTokens[red].Length);
            Assert.Equal(embedding.Row(letter)[i] + (0.5f * colour), vector[i], 5);
        }
    }

    private static (float X, float Y) Centre(ReadOnlySpan<float> plane)
    {
        double sum = 0, x = 0, y = 0;
        var (least, most) = (float.MaxValue, float.MinValue);
        foreach (var value in plane)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        for (var i = 0; i < plane.Length; i++)
        {
            // Padding is grey, the spot white.
            double weight = Math.Max(0, plane[i] - (least + (0.6 * (most - least))));
            (sum, x, y) = (sum + weight, x + (weight * ((i % Tile) + 0.5)), y + (weight * ((i / Tile) + 0.5)));
        }

        return ((float)(x / sum), (float)(y / sum));
    }
}

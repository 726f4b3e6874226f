using System.Text.Json.Nodes;
using Nunchi.Checkpoints;
using Nunchi.Generation;
using Nunchi.Generation.Verification;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Safetensors;
using Nunchi.Tests.Checkpoints;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Models;

/// <summary>
/// LLaVA-NeXT: the golden LLaVA-1.5 checkpoint turned into one. It has the same encoder and decoder, so that what pictures are not part of must give the
/// golden's numbers, and each tile's features must be those that LLaVA-1.5 gives for that tile alone.
/// </summary>
public sealed class LlavaNextTests : IDisposable
{
    private const int Tile = 42, Side = 3;
    private readonly TemporaryCheckpoint _copy = new("llava15-tiny");

    public LlavaNextTests()
    {
        _copy.Edit("config.json", text => Edit(text, json =>
        {
            json["model_type"] = "llava_next";
            json["image_grid_pinpoints"] = Pinpoints();
        }));
        _copy.Edit("processor_config.json", text => Edit(text, json =>
        {
            JsonNode images = json["image_processor"]!;
            images["image_processor_type"] = "LlavaNextImageProcessor";
            images["image_grid_pinpoints"] = Pinpoints();
            images["do_pad"] = true;
        }));
        string path = Path.Combine(_copy.Directory, "model.safetensors");
        List<(SafetensorsSlot Slot, float[] Values)> tensors;
        using (SafetensorsFile file = SafetensorsFile.Open(path))
            tensors = [.. file.Entries.Select(entry => (new SafetensorsSlot(entry.Name, entry.Shape), file.ReadSingles(entry.Name)))];
        tensors.Add((new SafetensorsSlot("image_newline", [64]), [.. Enumerable.Range(0, 64).Select(i => i / 64f)]));
        using var writer = new SafetensorsWriter(path, tensors.Select(tensor => tensor.Slot));
        foreach (var (slot, values) in tensors)
            writer.Write(slot.Name, values);
        writer.Commit();
    }

    public void Dispose() => _copy.Dispose();

    [Fact]
    public void Verify_TextOnly_IsTheGoldenOfTheSameWeights()
    {
        IReadOnlyList<CaseResult> results = CheckpointVerifier.Run(_copy.Directory, GoldenFiles.Path("llava15-tiny-cases"), new VerificationOptions { Threads = 1 }, TestContext.Current.CancellationToken);

        Assert.All(results.Where(result => result.Name.StartsWith("text_", StringComparison.Ordinal)), result => Assert.True(result.Passed, result.Name));
        Assert.Contains(results, result => result.Name == "text_only");
    }

    [Theory]
    [InlineData(30, 90, 1, 3)]
    [InlineData(100, 40, 3, 1)]
    [InlineData(84, 84, 2, 2)]
    [InlineData(60, 84, 2, 2)]
    public void EncodeImages_TiledPicture_IsBaseViewAndUnpaddedTilesWithNewlines(int height, int width, int gridRows, int gridColumns)
    {
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = 1 });
        using VisionLanguageModel next = CheckpointReader.Load(_copy.Directory, backend), single = CheckpointReader.Load(GoldenFiles.Path("llava15-tiny"), backend);
        ImageProcessor processor = CheckpointImages.Load(_copy.Directory, next.Config), singleProcessor = CheckpointImages.Load(GoldenFiles.Path("llava15-tiny"), single.Config);
        RgbImage picture = Images.TestPictures.Noise(width, height, 5);

        ProcessedImages processed = processor.Process([picture], cancellation: TestContext.Current.CancellationToken);
        float[] rows = Encode(next, processed);

        AnyResGeometry geometry = processed.Images[0].Geometry!;
        Assert.Equal(new ImageSize(gridRows, gridColumns), geometry.Grid);
        Assert.False(geometry.IsShrunk);
        Assert.Equal(processed.TokenCount * 64, rows.Length);
        RgbImage canvas = Canvas(picture, geometry);
        Close(Encode(single, singleProcessor.Process([Resampler.Resize(picture, Tile, Tile, ResampleFilter.Bicubic)], cancellation: TestContext.Current.CancellationToken)), rows.AsSpan(0, Side * Side * 64));
        float[][] tiles = [.. Enumerable.Range(0, gridRows * gridColumns).Select(i => Encode(single, singleProcessor.Process([Cut(canvas, i / gridColumns, i % gridColumns)], cancellation: TestContext.Current.CancellationToken)))];
        int at = Side * Side * 64;
        for (int y = geometry.CutRows; y < geometry.CutRows + geometry.Unpadded.Height; y++)
        {
            for (int x = geometry.CutColumns; x < geometry.CutColumns + geometry.Unpadded.Width; x++, at += 64)
                Close(tiles[(y / Side * gridColumns) + (x / Side)].AsSpan((((y % Side) * Side) + (x % Side)) * 64, 64), rows.AsSpan(at, 64));
            Close(next.Newline!.Span, rows.AsSpan(at, 64));
            at += 64;
        }
        Assert.Equal(rows.Length, at);
    }

    [Fact]
    public void Load_SeveralPictures_AreEachTiled()
    {
        using ChatEngine engine = ChatEngine.Load(_copy.Directory, new EngineOptions { Threads = 1 });

        Assert.Equal("llava_next", engine.Info.Family);
        Assert.Equal(TilingMode.AnyRes, ConfigReader.Load(_copy.Directory).DefaultTiling(2));
    }

    private static float[] Encode(VisionLanguageModel model, ProcessedImages images)
    {
        using var tape = new Tape(model.Backend);
        using var batch = new ImageBatch(model.Config.Vision);
        batch.Add(images);
        return model.EncodeImages(tape, batch).Span.ToArray();
    }

    private static RgbImage Canvas(RgbImage picture, AnyResGeometry geometry)
    {
        RgbImage resized = Resampler.Resize(picture, geometry.Resized.Width, geometry.Resized.Height, ResampleFilter.Bicubic);
        var canvas = new RgbImage(geometry.Canvas.Width, geometry.Canvas.Height);
        for (int y = 0; y < resized.Height; y++)
            resized.Pixels.AsSpan(y * resized.Width * 3, resized.Width * 3).CopyTo(canvas.Pixels.AsSpan((((geometry.PadTop + y) * canvas.Width) + geometry.PadLeft) * 3));
        return canvas;
    }

    private static RgbImage Cut(RgbImage canvas, int row, int column)
    {
        var tile = new RgbImage(Tile, Tile);
        for (int y = 0; y < Tile; y++)
            canvas.Pixels.AsSpan(((((row * Tile) + y) * canvas.Width) + (column * Tile)) * 3, Tile * 3).CopyTo(tile.Pixels.AsSpan(y * Tile * 3));
        return tile;
    }

    private static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f * Math.Max(1, Math.Abs(expected[i])));
    }

    private static JsonArray Pinpoints() => [.. new[] { (1, 2), (2, 1), (2, 2), (3, 1), (1, 3) }.Select(grid => (JsonNode)new JsonArray(grid.Item1 * Tile, grid.Item2 * Tile))];

    private static string Edit(string text, Action<JsonNode> change)
    {
        JsonNode json = JsonNode.Parse(text)!;
        change(json);
        return json.ToJsonString();
    }
}

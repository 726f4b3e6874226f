using Nunchi.Images;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Images;

public class ImageProcessorTests
{
    private static readonly ImageProcessorConfig Tiny = new() { TileSize = 60, Canvases = CanvasGrid.Full(60, 6) };

    [Theory]
    [InlineData(14)]
    [InlineData(20)]
    [InlineData(60)]
    public void WritePatches_AnyPatchSize_EqualsTheUnfoldedPixelValues(int patch)
    {
        var processed = Process(new ImageProcessor(Tiny, patch), TilingMode.AnyRes, TestPictures.Noise(130, 70, 1), TestPictures.Noise(20, 30, 2));
        float[] pixels = processed.ToPixelValues();
        int side = processed.PatchesPerSide, first = 1, crops = processed.CropCount - 1;
        var rows = new float[crops * side * side * processed.PatchLength];

        processed.WritePatches(first, crops, rows);

        int at = 0;
        for (int crop = first; crop < first + crops; crop++)
        {
            for (int place = 0; place < side * side; place++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    for (int y = 0; y < patch; y++)
                    {
                        for (int x = 0; x < patch; x++)
                            Assert.Equal(pixels[((crop * 3 + channel) * 60 + place / side * patch + y) * 60 + place % side * patch + x], rows[at++]);
                    }
                }
            }
        }
        Assert.Equal(60 / patch, side);
    }

    [Fact]
    public void WritePatches_DestinationTooShort_SaysHowMuchIsNeeded()
    {
        var processed = Process(new ImageProcessor(Tiny, 20), TilingMode.SingleView, TestPictures.Noise(10, 10, 1));

        var error = Assert.Throws<ArgumentException>(() => processed.WritePatches(0, 1, new float[10]));

        Assert.Contains("10800 values, and the destination holds 10", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => processed.WritePatches(0, 2, new float[100_000]));
    }

    [Fact]
    public void Process_PaddedCanvas_IsBlackAroundThePicture()
    {
        var white = new RgbImage(120, 40);
        white.Pixels.AsSpan().Fill(255);

        var processed = Process(new ImageProcessor(Tiny, 20), TilingMode.AnyRes, white);

        // 40 rows on a canvas of 60: ten black rows above, ten below.
        float[] pixels = processed.ToPixelValues();
        Assert.Equal(new ImageSize(60, 120), processed.Images[0].Geometry!.Canvas);
        int tile = 3 * 60 * 60;
        Assert.Equal(-1f, pixels[tile + 9 * 60]);
        Assert.Equal(1f, pixels[tile + 10 * 60]);
        Assert.Equal(1f, pixels[tile + 49 * 60]);
        Assert.Equal(-1f, pixels[tile + 50 * 60]);
    }

    [Fact]
    public void Process_SeveralSingleViews_PadsWithTheMeanColour()
    {
        var black = new RgbImage(120, 40);

        var processed = Process(new ImageProcessor(Tiny, 20), TilingMode.SingleView, black, black);

        Assert.Equal(2, processed.CropCount);
        Assert.Equal(2 * (9 + 1), processed.TokenCount);
        Assert.Equal((127 / 255f - 0.5f) / 0.5f, processed.ToPixelValues()[0], 1e-6f);
    }

    [Fact]
    public void Process_Clip_ResizesTheShortestEdgeAndCutsTheCentre()
    {
        var config = ImageProcessorConfig.Load(GoldenFiles.Path("llava15-tiny"));
        var processor = new ImageProcessor(config, 14);
        var picture = TestPictures.Noise(131, 90, 4);

        var processed = Process(processor, TilingMode.AnyRes, picture);

        Assert.Equal((42, 42, true), (config.TileSize, config.ShortestEdge, config.CenterCrop));
        Assert.Equal((1, 9), (processed.CropCount, processed.TokenCount));
        var whole = Resampler.Resize(picture, 61, 42);
        float[] pixels = processed.ToPixelValues();
        for (int y = 0; y < 42; y++)
        {
            for (int x = 0; x < 42; x++)
            {
                double expected = (whole.Pixels[(y * 61 + 9 + x) * 3] / 255.0 - 0.48145466) / 0.26862954;
                Assert.Equal(expected, pixels[y * 42 + x], 1e-5);
            }
        }
    }

    [Fact]
    public void Process_ClipWithCropLargerThanThePicture_IsBlackAround()
    {
        var config = new ImageProcessorConfig { Layout = ImageLayout.SingleCrop, TileSize = 50, ShortestEdge = 41, CenterCrop = true, Pad = false };
        var white = new RgbImage(30, 30);
        white.Pixels.AsSpan().Fill(255);

        float[] pixels = Process(new ImageProcessor(config, 10), TilingMode.AnyRes, white).ToPixelValues();

        Assert.Equal([-1f, -1f, -1f, -1f, 1f], pixels[(25 * 50)..(25 * 50 + 5)]);
        Assert.Equal([1f, -1f, -1f, -1f, -1f, -1f], pixels[(25 * 50 + 44)..(26 * 50)]);
    }

    [Theory]
    [InlineData(1, 4000)]
    [InlineData(4000, 1)]
    [InlineData(1, 1)]
    public void Process_ExtremeShapes_GivesAsManyTokensAsThePackingHasRows(int width, int height)
    {
        var processor = new ImageProcessor(Tiny, 14);

        var processed = Process(processor, TilingMode.AnyRes, TestPictures.Noise(width, height, 1));

        Assert.Equal(processed.TokenCount, FeaturePacking.Create(processed.Images[0]).Rows.Length);
        Assert.Equal(processed.TokenCount, processor.TokenCount(new ImageSize(height, width), TilingMode.AnyRes));
    }

    [Fact]
    public void Process_Cancelled_Throws() =>
        Assert.Throws<OperationCanceledException>(
            () => new ImageProcessor(Tiny, 14).Process([TestPictures.Noise(9, 9, 1)], TilingMode.AnyRes, new CancellationToken(canceled: true)));

    [Fact]
    public void Constructor_PatchLargerThanTile_IsRefused() => Assert.Throws<ArgumentException>(() => new ImageProcessor(Tiny, 61));

    private static ProcessedImages Process(ImageProcessor processor, TilingMode tiling, params RgbImage[] images) =>
        processor.Process(images, tiling, TestContext.Current.CancellationToken);
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nunchi.Images;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Images;

public sealed class ImageProcessorConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nunchi-processor-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Save_GoldenConfig_WritesWhatTransformersWrote()
    {
        var config = ImageProcessorConfig.Load(GoldenFiles.Path("varco2-tiny-tf453"));

        config.Save(_directory, new Nunchi.Models.ImageEncoderConfig { ImageSize = 64, PatchSize = 16 });

        foreach (string file in new[] { "preprocessor_config.json", "processor_config.json" })
        {
            JsonNode expected = JsonNode.Parse(File.ReadAllBytes(GoldenFiles.Path("varco2-tiny-tf453", file)))!;
            Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(File.ReadAllBytes(Path.Combine(_directory, file)))), file);
        }
    }

    [Theory]
    [InlineData("varco1-tiny", 60)]
    [InlineData("varco1-tiny-tf446", 60)]
    [InlineData("varco2-tiny", 64)]
    [InlineData("varco2-tiny-tf453", 64)]
    public void Load_AnyRelease_ReadsTheSameSettings(string checkpoint, int tile)
    {
        var config = ImageProcessorConfig.Load(GoldenFiles.Path(checkpoint));

        Assert.Equal((ImageLayout.AnyRes, tile, 9, ResampleFilter.Bicubic), (config.Layout, config.TileSize, config.MaxTiles, config.Resample));
        Assert.Equal(CanvasGrid.Full(tile, 6), config.Canvases);
        Assert.Equal([0.5, 0.5, 0.5], config.Mean);
        Assert.Equal([0.5, 0.5, 0.5], config.Std);
    }

    [Theory]
    [InlineData("anyres_max_4", 4)]
    [InlineData("anyres", null)]
    public void Load_AspectRatioOfTheModel_Wins(string ratio, int? maxTiles)
    {
        Assert.Equal(maxTiles, ImageProcessorConfig.Load(GoldenFiles.Path("varco2-tiny"), ratio).MaxTiles);
    }

    [Fact]
    public void Load_GridInShortForm_ListsEverySize()
    {
        Write("""{"image_processor_type":"LlavaOnevisionImageProcessor","size":{"height":10,"width":10},"image_grid_pinpoints":"(1x1),...,(2x3)"}""");

        Assert.Equal(
            [new ImageSize(10, 10), new ImageSize(10, 20), new ImageSize(10, 30), new ImageSize(20, 10), new ImageSize(20, 20), new ImageSize(20, 30)],
            ImageProcessorConfig.Load(_directory).Canvases);
    }

    [Fact]
    public void Load_LlavaNext_NeverShrinksAndTakesTheCropAsTile()
    {
        Write("""
            {"image_processor_type":"LlavaNextImageProcessor","size":{"shortest_edge":336},"crop_size":{"height":336,"width":336},
             "image_grid_pinpoints":[[336,672],[672,336],[672,672],[1008,336],[336,1008]],"image_mean":[0.4,0.5,0.6]}
            """);

        var config = ImageProcessorConfig.Load(_directory);

        Assert.Equal((ImageLayout.AnyRes, 336, null, 5), (config.Layout, config.TileSize, config.MaxTiles, config.Canvases.Count));
        Assert.Equal([0.4, 0.5, 0.6], config.Mean);
    }

    [Fact]
    public void Load_NumbersInsteadOfObjects_AreTheOldClipForm()
    {
        Write("""{"feature_extractor_type":"CLIPFeatureExtractor","size":224,"crop_size":224,"do_center_crop":true}""");

        var config = ImageProcessorConfig.Load(_directory);

        Assert.Equal((ImageLayout.SingleCrop, 224, 224, true), (config.Layout, config.TileSize, config.ShortestEdge, config.CenterCrop));
    }

    [Theory]
    [InlineData("""{"size":{"height":60,"width":64},"image_grid_pinpoints":[[60,60]]}""", "\"size\"", "square")]
    [InlineData("""{"size":{"height":60},"image_grid_pinpoints":[[60,60]]}""", "size.width", "missing")]
    [InlineData("""{"size":{"height":"60","width":60},"image_grid_pinpoints":[[60,60]]}""", "size.height", "\"60\"")]
    [InlineData("""{"size":{"height":60.5,"width":60},"image_grid_pinpoints":[[60,60]]}""", "size.height", "60.5")]
    [InlineData("""{"size":{"height":1e9,"width":1e9},"image_grid_pinpoints":[[60,60]]}""", "size.height", "from 1 to 4096")]
    [InlineData("""{"size":{"height":60,"width":60},"image_grid_pinpoints":[[60,61]]}""", "image_grid_pinpoints[0]", "multiples of the 60 pixel tile")]
    [InlineData("""{"size":{"height":60,"width":60},"image_grid_pinpoints":[[60]]}""", "image_grid_pinpoints[0]", "a list of 2")]
    [InlineData("""{"size":{"height":60,"width":60},"image_grid_pinpoints":[]}""", "image_grid_pinpoints", "a list of 1 to")]
    [InlineData("""{"size":{"height":60,"width":60},"image_grid_pinpoints":"(1x"}""", "image_grid_pinpoints", "(1x1),...,(6x6)")]
    [InlineData("""{"size":{"height":60,"width":60},"image_grid_pinpoints":[[60000000,60000000]]}""", "image_grid_pinpoints[0][0]", "whole number")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"image_mean":[0.5,0.5]}""", "image_mean", "a list of 3")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"image_std":[0.5,0,0.5]}""", "image_std[1]", "0")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"resample":9}""", "resample", "9")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"resample":5}""", "resample", "bicubic")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"rescale_factor":"x"}""", "rescale_factor", "\"x\"")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"do_normalize":1}""", "do_normalize", "true or false")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"do_resize":false}""", "do_resize", "true")]
    [InlineData("""{"size":{"shortest_edge":42},"do_center_crop":false}""", "do_center_crop", "true where")]
    [InlineData("""[1,2]""", "", "an object")]
    [InlineData("""{"size":""", "", "no JSON at line 1")]
    [InlineData("""{"image_grid_pinpoints":[[384,384]],"image_processor_type":"\ud800"}""", "image_processor_type", "valid characters")]
    public void Load_BadValue_NamesFileAndKey(string json, string key, string expected)
    {
        Write(json);

        var error = Assert.Throws<InvalidDataException>(() => ImageProcessorConfig.Load(_directory));

        Assert.Contains(Path.Combine(_directory, "preprocessor_config.json"), error.Message, StringComparison.Ordinal);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BadAspectRatio_SaysWhereItStands()
    {
        Write("""{"image_grid_pinpoints":[[384,384]]}""");
        File.WriteAllText(Path.Combine(_directory, "processor_config.json"), """{"vision_aspect_ratio":"anyres_max_x"}""");

        Assert.Contains("processor_config.json", Assert.Throws<InvalidDataException>(() => ImageProcessorConfig.Load(_directory)).Message, StringComparison.Ordinal);
        Assert.Contains("config.json", Assert.Throws<InvalidDataException>(() => ImageProcessorConfig.Load(_directory, "square")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFile_SaysWhatWasExpected()
    {
        var error = Assert.Throws<FileNotFoundException>(() => ImageProcessorConfig.Load(_directory));

        Assert.Contains("preprocessor_config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MutatedGoldenFile_GivesAConfigOrOneKindOfError()
    {
        const int seed = 7;
        var random = new Random(seed);
        byte[] whole = File.ReadAllBytes(GoldenFiles.Path("varco2-tiny-tf453", "preprocessor_config.json"));
        // Small lists keep the mutations near the keys.
        byte[] small = JsonSerializer.SerializeToUtf8Bytes(Shortened(JsonNode.Parse(whole)!));
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutated = i < 9 ? small[..(small.Length * i / 8)] : (byte[])small.Clone();
            for (int k = random.Next(4); k >= 0 && i >= 9; k--)
                mutated[random.Next(mutated.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : Encoding.ASCII.GetBytes("0\"{}[],:-.e\\un")[random.Next(14)];
            File.WriteAllBytes(Path.Combine(_directory, "preprocessor_config.json"), mutated);
            try
            {
                var config = ImageProcessorConfig.Load(_directory);
                Assert.InRange(config.TileSize, 1, 4096);
            }
            catch (InvalidDataException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"Mutation {i} of seed {seed} gave {e}");
            }
        }
    }

    private static JsonNode Shortened(JsonNode config)
    {
        var list = config["image_grid_pinpoints"]!.AsArray();
        while (list.Count > 2)
            list.RemoveAt(2);
        return config;
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_directory, "preprocessor_config.json"), json);
}

using System.Text.Json;
using Nunchi.Images;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Images;

public class ImageProcessorGoldenTests
{
    [Theory]
    [InlineData("varco1-tiny", "varco1-tiny-cases", 14)]
    [InlineData("varco1-tiny-tf446", "varco1-tiny-cases", 14)]
    [InlineData("varco2-tiny", "varco2-tiny-cases", 16)]
    [InlineData("varco2-tiny-tf453", "varco2-tiny-cases", 16)]
    public void Process_EveryGoldenCase_GivesTheReferencePixelsAndTokenCounts(string checkpoint, string cases, int patchSize)
    {
        var processor = new ImageProcessor(ImageProcessorConfig.Load(GoldenFiles.Path(checkpoint), "anyres_max_9"), patchSize);
        int withPictures = 0, withPixels = 0;
        foreach (JsonElement item in GoldenFiles.Json(cases, "cases.json").EnumerateArray())
        {
            string name = item.GetProperty("name").GetString()!;
            RgbImage[] images = [.. item.GetProperty("images").EnumerateArray()
                .Select(image => TestPictures.Golden("images", image.GetString() + ".png"))];
            if (images.Length == 0)
                continue;
            var tiling = item.GetProperty("tiling").GetString() == "anyres" ? TilingMode.AnyRes : TilingMode.SingleView;

            var processed = processor.Process(images, tiling, TestContext.Current.CancellationToken);

            withPictures++;
            Assert.True(item.GetProperty("image_tokens").GetInt32() == processed.TokenCount, $"{name}: {processed.TokenCount} image tokens.");
            var expected = new SafetensorsFile(GoldenFiles.Path(cases, name + ".safetensors"));
            int[] sizes = expected.Find<int>("image_sizes", "I32", out _)!;
            Assert.Equal(sizes, processed.Images.SelectMany(image => new int[] { image.Size.Height, image.Size.Width }));
            withPixels += CheckPixels(name, processed, expected);
        }
        Assert.Equal(17, withPictures);
        Assert.True(withPixels >= 3, $"Only {withPixels} cases held pixels.");
    }

    private static int CheckPixels(string name, ProcessedImages processed, SafetensorsFile expected)
    {
        float[] sums = expected.Find<float>("pixel_sum", "F32", out long[] sumShape)!;
        float[]? values = expected.Find<float>("pixel_values", "F32", out _);
        int plane = processed.CropSize * processed.CropSize, crops = (int)sumShape[1];
        float[] actual = processed.ToPixelValues();
        for (int i = 0; i < processed.Images.Count; i++)
        {
            var image = processed.Images[i];
            for (int crop = 0; crop < crops; crop++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    int at = (i * crops + crop) * 3 + channel;
                    ReadOnlySpan<float> own = crop < image.CropCount
                        ? actual.AsSpan(((image.FirstCrop + crop) * 3 + channel) * plane, plane)
                        : new float[plane];
                    double sum = 0;
                    foreach (float value in own)
                        sum += value;
                    Assert.True(Math.Abs(sum - sums[at]) <= 1e-2 + 1e-6 * plane, $"{name}: picture {i}, crop {crop}, channel {channel} sums to {sum}, not {sums[at]}.");
                    for (int k = 0; values is not null && k < plane; k++)
                    {
                        if (!(Math.Abs(own[k] - values[at * plane + k]) <= 1e-6))
                            Assert.Fail($"{name}: picture {i}, crop {crop}, channel {channel}, pixel {k}: {own[k]}, not {values[at * plane + k]}.");
                    }
                }
            }
        }
        return values is null ? 0 : 1;
    }
}

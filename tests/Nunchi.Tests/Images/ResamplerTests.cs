using System.Security.Cryptography;
using Nunchi.Images;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Images;

public class ResamplerTests
{
    // Its rows were made of one channel.
    private const string GreySource = "d.png";

    [Fact]
    public void Resize_EveryGoldenRow_EqualsPillowToTheByte()
    {
        var pictures = new Dictionary<string, RgbImage>();
        int rows = 0;
        foreach (var row in GoldenFiles.Json("resize", "cases.json").EnumerateArray())
        {
            string source = row.GetProperty("source").GetString()!;
            if (!pictures.TryGetValue(source, out var picture))
                pictures[source] = picture = ImageDecoder.Decode(File.ReadAllBytes(GoldenFiles.Path("resize", source)));
            var filter = Enum.Parse<ResampleFilter>(row.GetProperty("filter").GetString()!, ignoreCase: true);
            int width = row.GetProperty("width").GetInt32(), height = row.GetProperty("height").GetInt32();

            var resized = Resampler.Resize(picture, width, height, filter);

            byte[] bytes = source == GreySource ? [.. resized.Pixels.Where((_, i) => i % 3 == 0)] : resized.Pixels;
            string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            Assert.True(hash == row.GetProperty("sha256").GetString(), $"{source} {filter} to {width} x {height}: bytes differ from Pillow's.");
            rows++;
        }
        Assert.Equal(120, rows);
    }
}

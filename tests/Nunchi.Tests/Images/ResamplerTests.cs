using System.Security.Cryptography;
using CsCheck;
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
                pictures[source] = picture = TestPictures.Golden("resize", source);
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

    [Theory]
    [InlineData(ResampleFilter.Bicubic)]
    [InlineData(ResampleFilter.Bilinear)]
    [InlineData(ResampleFilter.Lanczos)]
    [InlineData(ResampleFilter.Box)]
    [InlineData(ResampleFilter.Nearest)]
    public void ResizeRegion_AnyCutOut_EqualsTheSamePartOfTheWhole(ResampleFilter filter)
    {
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60], Gen.Int[1, 60], Gen.Int[1, 60], Gen.Int[0, 1000]).Sample((sourceWidth, sourceHeight, width, height, seed) =>
        {
            var random = new Random(seed);
            int left = random.Next(width), top = random.Next(height);
            int regionWidth = 1 + random.Next(width - left), regionHeight = 1 + random.Next(height - top);
            var picture = TestPictures.Noise(sourceWidth, sourceHeight, seed);
            var whole = Resampler.Resize(picture, width, height, filter);

            var region = Resampler.ResizeRegion(picture, width, height, left, top, regionWidth, regionHeight, filter);

            for (int y = 0; y < regionHeight; y++)
            {
                Assert.True(whole.Pixels.AsSpan(((top + y) * width + left) * 3, regionWidth * 3)
                    .SequenceEqual(region.Pixels.AsSpan(y * regionWidth * 3, regionWidth * 3)));
            }
        }, iter: 300);
    }

    [Theory]
    [InlineData(ResampleFilter.Bicubic)]
    [InlineData(ResampleFilter.Bilinear)]
    [InlineData(ResampleFilter.Lanczos)]
    [InlineData(ResampleFilter.Box)]
    public void Resize_AnySize_EqualsAPlainWrittenReference(ResampleFilter filter)
    {
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[0, 1000]).Sample((sourceWidth, sourceHeight, width, height, seed) =>
        {
            var picture = TestPictures.Noise(sourceWidth, sourceHeight, seed);

            Assert.Equal(ReferenceResampler.Resize(picture, width, height, filter).Pixels, Resampler.Resize(picture, width, height, filter).Pixels);
        }, iter: 300);
    }

    [Fact]
    public void Resize_LargePicture_EqualsTheReferenceAcrossBands()
    {
        var picture = TestPictures.Noise(1013, 611, 3);

        Assert.Equal(ReferenceResampler.Resize(picture, 512, 700, ResampleFilter.Bicubic).Pixels, Resampler.Resize(picture, 512, 700).Pixels);
        Assert.Equal(ReferenceResampler.Resize(picture, 1000, 77, ResampleFilter.Lanczos).Pixels, Resampler.Resize(picture, 1000, 77, ResampleFilter.Lanczos).Pixels);
    }

    [Fact]
    public void Resize_ToItsOwnSize_ReturnsThePictureItself()
    {
        var picture = TestPictures.Noise(7, 5, 1);

        Assert.Same(picture, Resampler.Resize(picture, 7, 5));
    }

    [Fact]
    public void Resize_SizeOrFilterOutOfRange_IsRefused()
    {
        var picture = TestPictures.Noise(7, 5, 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => Resampler.Resize(picture, 0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampler.Resize(picture, 7, 5, (ResampleFilter)9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampler.ResizeRegion(picture, 10, 10, 5, 5, 6, 5));
    }
}

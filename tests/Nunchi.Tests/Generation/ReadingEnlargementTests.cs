using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Tests.Images;

namespace Nunchi.Tests.Generation;

public class ReadingEnlargementTests
{
    [Theory]
    [InlineData(100, 50, 2304, 1152)]
    [InlineData(720, 1280, 1296, 2304)]
    [InlineData(2304, 3, 2304, 3)]
    [InlineData(3000, 4000, 3000, 4000)]
    [InlineData(333, 1000, 767, 2304)]
    [InlineData(1, 5000, 1, 5000)]
    public void SizeOf_AnySize_GrowsTheLongerSideAndNeverShrinks(int height, int width, int expectedHeight, int expectedWidth) =>
        Assert.Equal(new ImageSize(expectedHeight, expectedWidth), ReadingEnlargement.SizeOf(new ImageSize(height, width)));

    [Fact]
    public void Apply_SmallPicture_ResamplesItBicubically()
    {
        RgbImage picture = TestPictures.Noise(64, 48, 3);

        RgbImage large = ReadingEnlargement.Apply(picture);

        Assert.Equal((2304, 1728), (large.Width, large.Height));
        Assert.Equal(Resampler.Resize(picture, 2304, 1728, ResampleFilter.Bicubic).Pixels, large.Pixels);
        Assert.Same(large, ReadingEnlargement.Apply(large));
    }

    [Theory]
    [InlineData("/models/VARCO-VISION-2.0-1.7B-OCR", true)]
    [InlineData("/hub/models--NCSOFT--VARCO-VISION-2.0-1.7B-OCR/snapshots/0123", true)]
    [InlineData("/models/varco-vision-2.0-1.7b-ocr", true)]
    [InlineData("/models/VARCO-VISION-2.0-1.7B", false)]
    [InlineData("/ocr/nunchi-mini", false)]
    public void IsMadeFor_Path_KnowsTheOcrModel(string directory, bool expected) => Assert.Equal(expected, ReadingEnlargement.IsMadeFor(directory));
}

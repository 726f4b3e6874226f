using System.Security.Cryptography;
using System.Text.Json;
using Nunchi.Images;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Images;

public class ImageDecoderTests
{
    public static TheoryData<string> GoldenCases => [.. GoldenFiles.Json("decode", "cases.json").EnumerateArray().Select(item => item.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Decode_GoldenFile_GivesThePixelsThatPillowMakes(string file)
    {
        JsonElement expected = GoldenFiles.Json("decode", "cases.json").EnumerateArray().Single(item => item.GetProperty("file").GetString() == file);

        var image = TestPictures.Golden("decode", file);

        Assert.Equal((expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), (image.Width, image.Height));
        if (expected.GetProperty("exact").GetBoolean())
            Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(image.Pixels)));
        foreach (JsonElement pixel in expected.GetProperty("pixels").EnumerateArray())
        {
            int at = (pixel.GetProperty("y").GetInt32() * image.Width + pixel.GetProperty("x").GetInt32()) * 3;
            for (int channel = 0; channel < 3; channel++)
                Assert.InRange(image.Pixels[at + channel], pixel.GetProperty("rgb")[channel].GetInt32() - 3, pixel.GetProperty("rgb")[channel].GetInt32() + 3);
        }
        for (int channel = 0; channel < 3; channel++)
        {
            double mean = image.Pixels.Where((_, i) => i % 3 == channel).Average(value => (double)value);
            double expectedMean = expected.GetProperty("channel_means")[channel].GetDouble();
            Assert.InRange(mean, expectedMean - 0.5, expectedMean + 0.5);
        }
    }

    [Fact]
    public void Decode_SixteenBitPng_KeepsTheHighBytes()
    {
        Assert.Equal([0x12, 0x34, 0x56, 0xFF, 0x00, 0x80], TestPictures.Decode(TestPictures.Png(2, 1, 16, 2, [0x12, 0xFF, 0x34, 0x80, 0x56, 0x7F, 0xFF, 0xFF, 0x00, 0xFF, 0x80, 0x00])).Pixels);
        Assert.Equal([0x12, 0x12, 0x12, 0x34, 0x34, 0x34], TestPictures.Decode(TestPictures.Png(2, 1, 16, 0, [0x12, 0xFF, 0x34, 0x80])).Pixels);
        Assert.Equal([0x12, 0x34, 0x56], TestPictures.Decode(TestPictures.Png(1, 1, 16, 6, [0x12, 0xFF, 0x34, 0x80, 0x56, 0x7F, 0, 0])).Pixels);
    }

    [Fact]
    public void Decode_FewBitGreyPng_SpreadsOverTheFullRange()
    {
        Assert.Equal([0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255], TestPictures.Decode(TestPictures.Png(4, 1, 2, 0, [0x1B])).Pixels);
        Assert.Equal([17, 17, 17, 187, 187, 187], TestPictures.Decode(TestPictures.Png(2, 1, 4, 0, [0x1B])).Pixels);
    }

    [Fact]
    public void Decode_TransparentPixels_KeepTheirColour()
    {
        Assert.Equal([10, 20, 30, 40, 50, 60], TestPictures.Decode(TestPictures.Png(2, 1, 8, 6, [10, 20, 30, 0, 40, 50, 60, 1])).Pixels);
        Assert.Equal([10, 20, 30, 40, 50, 60], TestPictures.Decode(TestPictures.Png(2, 1, 8, 2, [10, 20, 30, 40, 50, 60], ("tRNS", [0, 10, 0, 20, 0, 30]))).Pixels);
        // A 3 x 1 screen, palette of 2, transparent index 1; the frame covers the two left pixels with indices 0 and 1 and leaves the third.
        byte[] gif = [
            .. "GIF89a"u8, 3, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 200, 210, 220,
            0x21, 0xF9, 4, 1, 0, 0, 1, 0, 0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0A, 0, 0x3B];
        Assert.Equal([10, 20, 30, 200, 210, 220, 200, 210, 220], TestPictures.Decode(gif).Pixels);
    }

    [Fact]
    public void Decode_ColourProfileAndGamma_AreNotApplied()
    {
        byte[] file = TestPictures.Png(2, 1, 8, 2, [10, 20, 30, 40, 50, 60], ("gAMA", [0, 1, 0x86, 0xA0]));

        Assert.Equal([10, 20, 30, 40, 50, 60], TestPictures.Decode(file).Pixels);
    }

    [Theory]
    [InlineData(1, 3, 2, "ABCDEF")]
    [InlineData(2, 3, 2, "CBAFED")]
    [InlineData(3, 3, 2, "FEDCBA")]
    [InlineData(4, 3, 2, "DEFABC")]
    [InlineData(5, 2, 3, "ADBECF")]
    [InlineData(6, 2, 3, "DAEBFC")]
    [InlineData(7, 2, 3, "FCEBDA")]
    [InlineData(8, 2, 3, "CFBEAD")]
    [InlineData(9, 3, 2, "ABCDEF")]
    public void Decode_ExifOrientationInPng_TurnsThePicture(int orientation, int width, int height, string expected)
    {
        byte[] rows = [.. "ABCDEF".SelectMany(letter => new[] { (byte)letter, (byte)letter, (byte)letter })];

        var image = TestPictures.Decode(TestPictures.Png(3, 2, 8, 2, rows, ("eXIf", Exif(orientation))));

        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(expected, string.Concat(Enumerable.Range(0, 6).Select(i => (char)image.Pixels[i * 3])));
    }

    [Fact]
    public void Decode_ExifOrientationInWebP_TurnsThePicture()
    {
        byte[] plain = File.ReadAllBytes(GoldenFiles.Path("decode", "lossless.webp"));
        byte[] exif = Exif(6);
        byte[] extended = [
            .. "VP8X"u8, 10, 0, 0, 0, 0x08, 0, 0, 0, 172, 0, 0, 130, 0, 0, .. plain[12..],
            .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
        byte[] file = [.. "RIFF"u8, .. BitConverter.GetBytes(extended.Length + 4), .. "WEBP"u8, .. extended];

        var turned = TestPictures.Decode(file);
        var stored = TestPictures.Decode(plain);

        Assert.Equal((131, 173), (turned.Width, turned.Height));
        Assert.Equal(stored.Pixels[..3], turned.Pixels[(130 * 3)..(131 * 3)]);
    }

    [Fact]
    public void Identify_GoldenFiles_ReadsKindAndStoredSize()
    {
        foreach (JsonElement item in GoldenFiles.Json("decode", "cases.json").EnumerateArray())
        {
            string file = item.GetProperty("file").GetString()!;
            var header = ImageDecoder.Identify(File.ReadAllBytes(GoldenFiles.Path("decode", file)), file);
            int width = item.GetProperty("width").GetInt32(), height = item.GetProperty("height").GetInt32();
            bool turned = file is "exif5.jpg" or "exif6.jpg" or "exif8.jpg";
            Assert.Equal(turned ? (height, width) : (width, height), ((int)header.Width, (int)header.Height));
            Assert.Equal(Path.GetExtension(file).Replace("jpg", "jpeg", StringComparison.Ordinal), "." + header.Format.ToString().ToLowerInvariant());
        }
    }

    [Fact]
    public void Encode_PngAndDecode_GivesTheSamePicture()
    {
        var image = TestPictures.Noise(67, 41, 5);

        Assert.Equal(image.Pixels, TestPictures.Decode(ImageEncoder.ToPng(image)).Pixels);
    }

    [Fact]
    public void Encode_JpegAndDecode_GivesNearlyTheSamePicture()
    {
        var image = new RgbImage(64, 48);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)(i % 3 * 60 + i / 3 % 64);

        byte[] file = ImageEncoder.ToJpeg(image, 95);

        Assert.Equal(ImageFormat.Jpeg, ImageDecoder.Identify(file).Format);
        var decoded = TestPictures.Decode(file);
        Assert.InRange(image.Pixels.Zip(decoded.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0.0, 2.0);
    }

    [Fact]
    public void Save_UnknownExtension_LeavesNothingBehind()
    {
        string directory = Directory.CreateTempSubdirectory("nunchi-save-").FullName;
        try
        {
            Assert.Throws<ArgumentException>(() => ImageEncoder.Save(TestPictures.Noise(3, 3, 1), Path.Combine(directory, "a.webp")));
            Assert.Empty(Directory.GetFiles(directory));
            ImageEncoder.Save(TestPictures.Noise(3, 3, 1), Path.Combine(directory, "a.png"));
            Assert.Equal(["a.png"], Directory.GetFiles(directory).Select(file => Path.GetFileName(file)!));
            Assert.Equal(TestPictures.Noise(3, 3, 1).Pixels, ImageDecoder.DecodeFile(Path.Combine(directory, "a.png"), cancellation: TestContext.Current.CancellationToken).Pixels);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static byte[] Exif(int orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
}

using System.Buffers.Binary;
using Nunchi.Images;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Images;

public class ImageDecoderBadInputTests
{
    public static TheoryData<string> GoldenFilesOfAllKinds => ImageDecoderTests.GoldenCases;

    [Theory]
    [MemberData(nameof(GoldenFilesOfAllKinds))]
    public void Decode_FileCutAtEveryEighth_IsRefusedAsCutOff(string file)
    {
        byte[] whole = File.ReadAllBytes(GoldenFiles.Path("decode", file));
        for (int eighth = 0; eighth < 8; eighth++)
        {
            byte[] cut = whole[..(whole.Length * eighth / 8)];
            if (file == "frames.gif" && eighth >= 5)
            {
                Assert.Equal(TestPictures.Decode(whole).Pixels, TestPictures.Decode(cut).Pixels); // the first frame is complete by then
                continue;
            }
            var error = Assert.Throws<ImageFormatException>(() => TestPictures.Decode(cut));
            Assert.True(error.Message.Contains("cut off", StringComparison.Ordinal) || error.Message.Contains("empty", StringComparison.Ordinal)
                || error.Message.Contains("cannot be decoded", StringComparison.Ordinal) || error.Message.Contains("damaged", StringComparison.Ordinal), error.Message);
        }
    }

    [Fact]
    public void Decode_HeaderOfHugePicture_IsRefusedBeforeItsPixelsAreAllocated()
    {
        byte[] png = TestPictures.Png(1, 1, 8, 2, [1, 2, 3]);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 100_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 100_000);
        byte[] bmp = File.ReadAllBytes(GoldenFiles.Path("decode", "interlaced_like.bmp"));
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), 100_000);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), -100_000);
        byte[] jpeg = File.ReadAllBytes(GoldenFiles.Path("decode", "q90_s0.jpg"));
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        jpeg.AsSpan(frame + 5, 4).Fill(0xFF);
        byte[] gif = File.ReadAllBytes(GoldenFiles.Path("decode", "frames.gif"));
        gif.AsSpan(6, 4).Fill(0xFF);
        byte[] webp = [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 0x9F, 0x86, 1, 0x9F, 0x86, 1];

        foreach (byte[] file in new[] { png, bmp, jpeg, gif, webp })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<ImageFormatException>(() => TestPictures.Decode(file));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
            Assert.Contains("the limits are", error.Message, StringComparison.Ordinal);
            Assert.Contains(file == jpeg || file == gif ? "65535 x 65535" : "100000 x 100000", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Decode_GifFrameLargerThanItsScreen_IsHeldToTheLimitsToo()
    {
        byte[] gif = [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 1, 0x44, 0, 0x3B];

        var error = Assert.Throws<ImageFormatException>(() => TestPictures.Decode(gif));

        Assert.Contains("65535 x 65535", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "empty")]
    [InlineData(new byte[] { 1, 2, 3 }, "not a picture (it begins with 010203)")]
    [InlineData(new byte[] { (byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-' }, "PDF")]
    [InlineData(new byte[] { (byte)'I', (byte)'I', (byte)'*', 0, 1, 2 }, "TIFF")]
    [InlineData(new byte[] { 0, 0, 0, 24, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h', (byte)'e', (byte)'i', (byte)'c' }, "HEIC")]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 }, "Jpeg header")]
    public void Decode_NoPictureThatIsRead_SaysWhatItIs(byte[] data, string expected)
    {
        var error = Assert.Throws<ImageFormatException>(() => TestPictures.Decode(data));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DecodeFile_MissingFileOrDirectory_NamesThePath()
    {
        var token = TestContext.Current.CancellationToken;
        string missing = Path.Combine(Path.GetTempPath(), $"missing-{Guid.NewGuid():N}.png");

        Assert.Contains(missing, Assert.Throws<ImageFormatException>(() => ImageDecoder.DecodeFile(missing, cancellation: token)).Message, StringComparison.Ordinal);
        Assert.Contains("a directory", Assert.Throws<ImageFormatException>(() => ImageDecoder.DecodeFile(Path.GetTempPath(), cancellation: token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_MoreThanALimit_SaysWhichLimit()
    {
        byte[] file = File.ReadAllBytes(GoldenFiles.Path("decode", "rgb.png"));

        Assert.Contains("1000 bytes", Message(new ImageLimits { MaxBytes = 1000 }), StringComparison.Ordinal);
        Assert.Contains("20000 pixels", Message(new ImageLimits { MaxPixels = 20000 }), StringComparison.Ordinal);
        Assert.Contains("172 columns", Message(new ImageLimits { MaxWidth = 172 }), StringComparison.Ordinal);
        Assert.Contains("130 rows", Message(new ImageLimits { MaxHeight = 130 }), StringComparison.Ordinal);
        Assert.Equal(173, TestPictures.Decode(file, new ImageLimits { MaxPixels = 173 * 131, MaxWidth = 173, MaxHeight = 131, MaxBytes = file.Length }).Width);

        string Message(ImageLimits limits) => Assert.Throws<ImageFormatException>(() => TestPictures.Decode(file, limits)).Message;
    }

    [Fact]
    public void Decode_StreamLongerThanTheLimit_IsNotReadToItsEnd()
    {
        using var stream = new MemoryStream(new byte[1 << 20]);

        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(stream, new ImageLimits { MaxBytes = 1000 }, cancellation: TestContext.Current.CancellationToken));

        Assert.True(stream.Position < 1 << 20);
    }

    [Theory]
    [InlineData("rgb.png")]
    [InlineData("q90_s0.jpg")]
    [InlineData("q75_s2_progressive.jpg")]
    [InlineData("lossy.webp")]
    [InlineData("interlaced_like.bmp")]
    public void Decode_TimeIsUp_SaysSo(string file)
    {
        byte[] data = File.ReadAllBytes(GoldenFiles.Path("decode", file));
        var clock = new ImpatientClock();

        var error = Assert.Throws<ImageFormatException>(
            () => ImageDecoder.Decode(data, new ImageLimits { MaxTime = TimeSpan.FromSeconds(3) }, "slow", clock, CancellationToken.None));

        Assert.Contains("slow: decoding took longer than the limit of 3 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_Cancelled_Throws()
    {
        byte[] data = File.ReadAllBytes(GoldenFiles.Path("decode", "rgb.png"));

        Assert.Throws<OperationCanceledException>(() => ImageDecoder.Decode(data, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void ImageLimits_ValueOutOfRange_IsRefusedByName()
    {
        Assert.Equal("MaxPixels", Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLimits { MaxPixels = 0 }).ParamName);
        Assert.Equal("MaxTime", Assert.Throws<ArgumentOutOfRangeException>(() => new ImageLimits { MaxTime = TimeSpan.Zero }).ParamName);
    }

    [Fact]
    public void Decode_MutatedGoldenFiles_GivesAPictureOrOneKindOfError()
    {
        const int seed = 20260101;
        var random = new Random(seed);
        byte[][] files = [.. ImageDecoderTests.GoldenCases.Select(row => File.ReadAllBytes(GoldenFiles.Path("decode", row.Data)))];
        var limits = new ImageLimits { MaxPixels = 1 << 20 };
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutated = Mutate(files[random.Next(files.Length)], random);
            try
            {
                var image = TestPictures.Decode(mutated, limits);
                Assert.True((long)image.Width * image.Height <= limits.MaxPixels);
            }
            catch (ImageFormatException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"Mutation {i} of seed {seed} gave {e}");
            }
        }
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        byte[] mutated = random.Next(4) == 0 ? file[..random.Next(file.Length)] : (byte[])file.Clone();
        int changes = 1 + random.Next(8);
        for (int k = 0; k < changes && mutated.Length > 0; k++)
        {
            int at = random.Next(random.Next(2) == 0 ? Math.Min(64, mutated.Length) : mutated.Length);
            mutated[at] = random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) };
        }
        return mutated;
    }

    /// <summary>A clock on which every look costs a second.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds += 4;
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using Nunchi.Images;
using Nunchi.Tests.Goldens;

namespace Nunchi.Tests.Images;

/// <summary>Pictures for tests: golden ones, drawn ones, and PNG files of kinds that no encoder here writes.</summary>
internal static class TestPictures
{
    public static RgbImage Golden(params string[] parts) => Decode(File.ReadAllBytes(GoldenFiles.Path(parts)));

    public static RgbImage Decode(byte[] data, ImageLimits? limits = null) =>
        ImageDecoder.Decode(data, limits, cancellation: TestContext.Current.CancellationToken);

    public static RgbImage Noise(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>A PNG of any colour type: <paramref name="rows"/> holds the packed samples, row by row, without filter bytes.</summary>
    public static byte[] Png(int width, int height, int depth, int colourType, byte[] rows, params (string Type, byte[] Data)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)depth;
        header[9] = (byte)colourType;
        Chunk(file, "IHDR", header);
        foreach (var (type, data) in chunks)
            Chunk(file, type, data);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            int stride = rows.Length / height;
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(rows, y * stride, stride);
            }
        }
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] body = [.. type.Select(letter => (byte)letter), .. data];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}

using System.Buffers.Binary;

namespace Nunchi.Images;

/// <summary>A kind of picture file that is read.</summary>
public enum ImageFormat
{
    /// <summary>JPEG, baseline or progressive; grey, colour or CMYK.</summary>
    Jpeg,

    /// <summary>PNG of any colour type and depth.</summary>
    Png,

    /// <summary>GIF; the first frame counts.</summary>
    Gif,

    /// <summary>WebP, lossy or lossless; the first frame counts.</summary>
    WebP,

    /// <summary>Windows bitmap.</summary>
    Bmp,
}

/// <summary>What the first bytes of a picture file say, read without decoding a pixel.</summary>
/// <param name="Format">Kind of file.</param>
/// <param name="Width">Stored columns, before any EXIF orientation.</param>
/// <param name="Height">Stored rows, before any EXIF orientation.</param>
public readonly record struct ImageHeader(ImageFormat Format, long Width, long Height)
{
    internal static ImageHeader Read(ReadOnlySpan<byte> data, string name)
    {
        if (data.IsEmpty)
            throw new ImageFormatException($"{name}: empty; a picture was expected.");
        ImageFormat format = Recognise(data) ?? throw new ImageFormatException($"{name}: {Describe(data)}; expected JPEG, PNG, GIF, WebP or BMP.");
        ImageHeader? header = format switch
        {
            ImageFormat.Png => ReadPng(data),
            ImageFormat.Gif => ReadGif(data),
            ImageFormat.Bmp => ReadBmp(data),
            ImageFormat.WebP => ReadWebP(data),
            _ => ReadJpeg(data),
        };
        if (header is not { } found)
            throw new ImageFormatException($"{name}: the {format} header is cut off or damaged ({data.Length} bytes in all).");
        return found.Width >= 1 && found.Height >= 1
            ? found
            : throw new ImageFormatException($"{name}: the {format} header says {found.Width} x {found.Height} pixels.");
    }

    private static ImageFormat? Recognise(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (data.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
            return ImageFormat.Png;
        if (data.StartsWith("GIF87a"u8) || data.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (data.Length >= 12 && data.StartsWith("RIFF"u8) && data[8..].StartsWith("WEBP"u8))
            return ImageFormat.WebP;
        return data.StartsWith("BM"u8) ? ImageFormat.Bmp : null;
    }

    private static string Describe(ReadOnlySpan<byte> data)
    {
        if (data.Length >= 12 && data[4..].StartsWith("ftyp"u8))
            return data[8..].StartsWith("avi"u8) ? "an AVIF picture, which is not read" : "an HEIC picture or a video, which is not read";
        if (data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8))
            return "a TIFF picture, which is not read";
        if (data.StartsWith("%PDF"u8))
            return "a PDF, not a picture; render its pages first";
        return $"not a picture (it begins with {Convert.ToHexString(data[..Math.Min(8, data.Length)])})";
    }

    private static ImageHeader? ReadPng(ReadOnlySpan<byte> data) =>
        data.Length >= 24 && data[12..].StartsWith("IHDR"u8)
            ? new ImageHeader(ImageFormat.Png, BinaryPrimitives.ReadUInt32BigEndian(data[16..]), BinaryPrimitives.ReadUInt32BigEndian(data[20..]))
            : null;

    private static ImageHeader? ReadGif(ReadOnlySpan<byte> data) =>
        data.Length >= 10
            ? new ImageHeader(ImageFormat.Gif, BinaryPrimitives.ReadUInt16LittleEndian(data[6..]), BinaryPrimitives.ReadUInt16LittleEndian(data[8..]))
            : null;

    private static ImageHeader? ReadBmp(ReadOnlySpan<byte> data)
    {
        if (data.Length < 26)
            return null;
        if (BinaryPrimitives.ReadInt32LittleEndian(data[14..]) == 12)
            return new ImageHeader(ImageFormat.Bmp, BinaryPrimitives.ReadUInt16LittleEndian(data[18..]), BinaryPrimitives.ReadUInt16LittleEndian(data[20..]));
        long height = BinaryPrimitives.ReadInt32LittleEndian(data[22..]);
        return new ImageHeader(ImageFormat.Bmp, BinaryPrimitives.ReadInt32LittleEndian(data[18..]), Math.Abs(height));
    }

    private static ImageHeader? ReadWebP(ReadOnlySpan<byte> data)
    {
        if (data.Length < 30)
            return null;
        ReadOnlySpan<byte> chunk = data[12..], payload = data[20..];
        if (chunk.StartsWith("VP8X"u8))
            return new ImageHeader(ImageFormat.WebP, 1 + Read24(payload[4..]), 1 + Read24(payload[7..]));
        if (chunk.StartsWith("VP8L"u8))
        {
            uint bits = BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]);
            return payload[0] == 0x2F ? new ImageHeader(ImageFormat.WebP, 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)) : null;
        }
        if (!chunk.StartsWith("VP8 "u8) || payload[3] != 0x9D || payload[4] != 0x01 || payload[5] != 0x2A)
            return null;
        return new ImageHeader(
            ImageFormat.WebP, BinaryPrimitives.ReadUInt16LittleEndian(payload[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(payload[8..]) & 0x3FFF);
    }

    private static long Read24(ReadOnlySpan<byte> data) => data[0] | data[1] << 8 | data[2] << 16;

    private static ImageHeader? ReadJpeg(ReadOnlySpan<byte> data)
    {
        int at = 2;
        while (at + 4 <= data.Length)
        {
            if (data[at] != 0xFF)
                return null;
            byte marker = data[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            at += 2;
            if (marker is 0x01 or >= 0xD0 and <= 0xD8)
                continue;
            if (marker is 0xD9 or 0xDA || at + 2 > data.Length)
                return null;
            int length = BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
            bool frame = marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;
            if (frame && length >= 7 && at + 7 <= data.Length)
                return new ImageHeader(ImageFormat.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(data[(at + 5)..]), BinaryPrimitives.ReadUInt16BigEndian(data[(at + 3)..]));
            if (frame || length < 2)
                return null;
            at += length;
        }
        return null;
    }
}

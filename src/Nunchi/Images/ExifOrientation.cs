using System.Buffers.Binary;

namespace Nunchi.Images;

/// <summary>Finds the EXIF orientation inside a JPEG, PNG or WebP file. Whatever is damaged there counts as absent: it is advice, not pixels.</summary>
internal static class ExifOrientation
{
    private const int Upright = 1;

    /// <summary>1..8 as EXIF numbers them; 1 when nothing is said.</summary>
    public static int Read(ReadOnlySpan<byte> data, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => FromJpeg(data),
        ImageFormat.Png => FromPng(data),
        ImageFormat.WebP => FromWebP(data),
        _ => Upright,
    };

    private static int FromJpeg(ReadOnlySpan<byte> data)
    {
        int at = 2;
        while (at + 4 <= data.Length && data[at] == 0xFF)
        {
            byte marker = data[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            if (marker is 0xD9 or 0xDA)
                return Upright;
            int length = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]);
            ReadOnlySpan<byte> segment = data[(at + 4)..];
            if (marker == 0xE1 && length >= 2 && segment.StartsWith("Exif\0\0"u8))
                return FromTiff(segment[6..Math.Min(Math.Max(length - 2, 6), segment.Length)]);
            at += 2 + length;
        }
        return Upright;
    }

    private static int FromPng(ReadOnlySpan<byte> data)
    {
        long at = 8;
        while (at + 12 <= data.Length)
        {
            ReadOnlySpan<byte> chunk = data[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk[4..].StartsWith("eXIf"u8))
                return FromTiff(chunk.Slice(8, (int)Math.Min(length, chunk.Length - 8)));
            at += 12L + length;
        }
        return Upright;
    }

    private static int FromWebP(ReadOnlySpan<byte> data)
    {
        long at = 12;
        while (at + 8 <= data.Length)
        {
            ReadOnlySpan<byte> chunk = data[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("EXIF"u8))
            {
                ReadOnlySpan<byte> exif = chunk.Slice(8, (int)Math.Min(length, chunk.Length - 8));
                return FromTiff(exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif);
            }
            at += 8L + length + (length & 1);
        }
        return Upright;
    }

    private static int FromTiff(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 10 || (!little && !tiff.StartsWith("MM\0*"u8)))
            return Upright;
        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return Upright;
        int entries = Number(tiff[(int)directory..], little);
        for (int i = 0; i < entries; i++)
        {
            long at = directory + 2L + i * 12L;
            if (at + 12 > tiff.Length)
                break;
            ReadOnlySpan<byte> entry = tiff[(int)at..];
            if (Number(entry, little) == 0x0112)
                return Number(entry[2..], little) == 3 && Number(entry[8..], little) is >= 1 and <= 8 and var value ? value : Upright;
        }
        return Upright;
    }

    private static int Number(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data);
}

using System.Buffers.Binary;

namespace Nunchi.Images;

/// <summary>
/// The first frame of a GIF, decoded here because transparent pixels must keep the colour of their palette entry, as in Pillow, and
/// Skia leaves them black: a sticker's black letters would vanish.
/// </summary>
internal ref struct GifFrame
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly ImageLimits _limits;
    private readonly string _name;
    private int _at;

    private GifFrame(ReadOnlySpan<byte> data, ImageLimits limits, string name)
    {
        _data = data;
        _limits = limits;
        _name = name;
    }

    public static RgbImage Decode(ReadOnlySpan<byte> data, ImageLimits limits, string name) => new GifFrame(data, limits, name).Decode();

    private RgbImage Decode()
    {
        _at = 6;
        int width = Word(), height = Word();
        byte flags = Byte();
        _at += 2;
        ReadOnlySpan<byte> palette = Palette(flags);
        int transparent = -1;
        while (true)
        {
            switch (Byte())
            {
                case 0x21:
                    transparent = Extension() ?? transparent;
                    break;
                case 0x2C:
                    return Frame(width, height, palette, transparent);
                case 0x3B:
                    throw Damaged("it holds no frame");
                case var other:
                    throw Damaged($"an unknown block 0x{other:X2} stands at byte {_at - 1}");
            }
        }
    }

    private RgbImage Frame(int screenWidth, int screenHeight, ReadOnlySpan<byte> palette, int transparent)
    {
        int left = Word(), top = Word(), width = Word(), height = Word();
        byte flags = Byte();
        if ((flags & 0x80) != 0)
            palette = Palette(flags);
        if (width == 0 || height == 0)
            throw Damaged("its first frame is empty");
        var screen = new ImageHeader(ImageFormat.Gif, Math.Max(screenWidth, left + width), Math.Max(screenHeight, top + height));
        ImageDecoder.Check(screen, _limits, _name);

        var indices = new byte[width * height];
        Decompress(indices);
        var image = new RgbImage((int)screen.Width, (int)screen.Height);
        for (int at = 0; at < image.Pixels.Length; at += 3)
            Paint(image.Pixels.AsSpan(at, 3), palette, Math.Max(transparent, 0));
        int stored = 0;
        foreach (int y in Rows(height, (flags & 0x40) != 0))
        {
            for (int x = 0; x < width; x++)
                Paint(image.Pixels.AsSpan(((top + y) * image.Width + left + x) * 3, 3), palette, indices[stored++]);
        }
        return image;
    }

    private static void Paint(Span<byte> pixel, ReadOnlySpan<byte> palette, int index)
    {
        if (palette.IsEmpty)
            pixel.Fill((byte)index);
        else if (index * 3 < palette.Length)
            palette.Slice(index * 3, 3).CopyTo(pixel);
        else
            pixel.Clear();
    }

    private static IEnumerable<int> Rows(int height, bool interlaced)
    {
        ReadOnlySpan<(int Start, int Step)> passes = interlaced ? [(0, 8), (4, 8), (2, 4), (1, 2)] : [(0, 1)];
        var rows = new List<int>(height);
        foreach (var (start, step) in passes)
        {
            for (int y = start; y < height; y += step)
                rows.Add(y);
        }
        return rows;
    }

    private void Decompress(Span<byte> target)
    {
        int minimumSize = Byte();
        if (minimumSize is < 1 or > 8)
            throw Damaged($"its LZW code size is {minimumSize}; 1 to 8 are possible");
        int clear = 1 << minimumSize, end = clear + 1;
        Span<ushort> prefix = stackalloc ushort[4096];
        Span<byte> suffix = stackalloc byte[4096];
        Span<byte> stack = stackalloc byte[4097];
        int size = minimumSize + 1, next = clear + 2, previous = -1, written = 0, buffer = 0, bits = 0, block = 0;
        byte first = 0;
        while (written < target.Length)
        {
            while (bits < size)
            {
                if (block == 0 && (block = Byte()) == 0)
                    throw CutOff();
                buffer |= Byte() << bits;
                bits += 8;
                block--;
            }
            int code = buffer & (1 << size) - 1;
            buffer >>= size;
            bits -= size;
            if (code == clear)
            {
                size = minimumSize + 1;
                next = clear + 2;
                previous = -1;
                continue;
            }
            if (code == end)
                throw CutOff();
            if (code > next || (code >= next && previous < 0) || (previous < 0 && code >= clear))
                throw Damaged("its LZW data is invalid");
            int depth = 0, walk = code;
            if (code == next)
            {
                stack[depth++] = first;
                walk = previous;
            }
            for (; walk >= clear + 2; walk = prefix[walk])
                stack[depth++] = suffix[walk];
            first = (byte)walk;
            stack[depth++] = first;
            while (depth > 0 && written < target.Length)
                target[written++] = stack[--depth];
            if (previous >= 0 && next < 4096)
            {
                prefix[next] = (ushort)previous;
                suffix[next++] = first;
                if (next == 1 << size && size < 12)
                    size++;
            }
            previous = code;
        }
    }

    /// <summary>Skips an extension; the transparent index if it is the one that names it.</summary>
    private int? Extension()
    {
        byte label = Byte();
        int? transparent = null;
        for (int length; (length = Byte()) != 0;)
        {
            ReadOnlySpan<byte> block = Take(length);
            if (label == 0xF9 && length >= 4)
                transparent = (block[0] & 1) != 0 ? block[3] : -1;
        }
        return transparent;
    }

    private ReadOnlySpan<byte> Palette(byte flags) => (flags & 0x80) != 0 ? Take(3 << (flags & 7) + 1) : default;

    private byte Byte() => Take(1)[0];

    private int Word() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _data.Length - _at)
            throw CutOff();
        _at += length;
        return _data.Slice(_at - length, length);
    }

    private readonly ImageFormatException CutOff() => new($"{_name}: the picture is cut off (GIF, {_data.Length} bytes).");

    private readonly ImageFormatException Damaged(string how) => new($"{_name}: the picture is damaged: {how} (GIF, {_data.Length} bytes).");
}

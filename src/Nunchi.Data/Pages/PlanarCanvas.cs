using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>A drawing surface of three separate colour planes, so that one ink colour is one value per plane.</summary>
internal sealed class PlanarCanvas
{
    private byte[][] _planes = [[], [], []];

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>The planes R, G and B; each holds at least <c>Width * Height</c> bytes.</summary>
    public byte[][] Planes => _planes;

    /// <summary>Sets the size; what was drawn is undefined afterwards.</summary>
    public void Resize(int width, int height)
    {
        Width = width;
        Height = height;
        if (_planes[0].Length < width * height)
            _planes = [new byte[width * height], new byte[width * height], new byte[width * height]];
    }

    public void Fill(in PixelArea area, Rgb colour)
    {
        PixelArea part = area.Cut(Width, Height);
        for (int y = part.Top; y < part.Bottom; y++)
        {
            int start = y * Width + part.Left;
            _planes[0].AsSpan(start, part.Width).Fill(colour.R);
            _planes[1].AsSpan(start, part.Width).Fill(colour.G);
            _planes[2].AsSpan(start, part.Width).Fill(colour.B);
        }
    }

    /// <summary>Draws a glyph with its top left corner at (x, y), cut to an area.</summary>
    public void Blend(GlyphMask mask, int x, int y, Rgb ink, in PixelArea area)
    {
        PixelArea part = new PixelArea(x, y, x + mask.Width, y + mask.Height).Within(area).Cut(Width, Height);
        if (part.Width == 0)
            return;
        for (int row = part.Top; row < part.Bottom; row++)
        {
            ReadOnlySpan<byte> alpha = mask.Alpha.AsSpan((row - y) * mask.Width + part.Left - x, part.Width);
            int start = row * Width + part.Left;
            BlendRow(_planes[0].AsSpan(start, part.Width), alpha, ink.R);
            BlendRow(_planes[1].AsSpan(start, part.Width), alpha, ink.G);
            BlendRow(_planes[2].AsSpan(start, part.Width), alpha, ink.B);
        }
    }

    /// <summary>Draws a sprite with its top left corner at (x, y), mirrored or not; with an ink, only its transparency is used.</summary>
    public void Blend(ObjectSprite sprite, int x, int y, bool mirrored, Rgb? ink)
    {
        PixelArea part = new PixelArea(x, y, x + sprite.Width, y + sprite.Height).Cut(Width, Height);
        byte[] rgba = sprite.Rgba;
        for (int row = part.Top; row < part.Bottom; row++)
        {
            for (int column = part.Left; column < part.Right; column++)
            {
                int inside = mirrored ? sprite.Width - 1 - (column - x) : column - x;
                int from = ((row - y) * sprite.Width + inside) * 4;
                int alpha = rgba[from + 3];
                if (alpha == 0)
                    continue;
                int at = row * Width + column;
                Rgb colour = ink ?? new Rgb(rgba[from], rgba[from + 1], rgba[from + 2]);
                _planes[0][at] = Mix(_planes[0][at], colour.R, alpha);
                _planes[1][at] = Mix(_planes[1][at], colour.G, alpha);
                _planes[2][at] = Mix(_planes[2][at], colour.B, alpha);
            }
        }
    }

    /// <summary>Writes the planes as R G B pixels.</summary>
    public void Interleave(Span<byte> rgb)
    {
        int count = Width * Height;
        byte[] red = _planes[0], green = _planes[1], blue = _planes[2];
        for (int i = 0; i < count; i++)
        {
            rgb[3 * i] = red[i];
            rgb[3 * i + 1] = green[i];
            rgb[3 * i + 2] = blue[i];
        }
    }

    private static void BlendRow(Span<byte> row, ReadOnlySpan<byte> alpha, byte ink)
    {
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref byte to = ref MemoryMarshal.GetReference(row);
            ref byte from = ref MemoryMarshal.GetReference(alpha);
            Vector128<ushort> colour = Vector128.Create((ushort)ink);
            for (; i + 16 <= row.Length; i += 16)
            {
                Vector128<byte> cover = Vector128.LoadUnsafe(ref from, (nuint)i);
                if (cover == Vector128<byte>.Zero)
                    continue;
                (Vector128<ushort> coverLow, Vector128<ushort> coverHigh) = Vector128.Widen(cover);
                (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.LoadUnsafe(ref to, (nuint)i));
                Vector128.Narrow(Mix(low, colour, coverLow), Mix(high, colour, coverHigh)).StoreUnsafe(ref to, (nuint)i);
            }
        }

        for (; i < row.Length; i++)
            row[i] = Mix(row[i], ink, alpha[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Mix(Vector128<ushort> below, Vector128<ushort> above, Vector128<ushort> cover)
    {
        Vector128<ushort> sum = below * (Vector128.Create((ushort)255) - cover) + above * cover + Vector128.Create((ushort)128);
        return (sum + (sum >>> 8)) >>> 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Mix(int below, int above, int cover)
    {
        int sum = below * (255 - cover) + above * cover + 128;
        return (byte)((sum + (sum >> 8)) >> 8);
    }
}

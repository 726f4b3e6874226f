using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Nunchi.Data.Pages;

/// <summary>Three-tap smoothing in place.</summary>
internal static class Smoothing
{
    [ThreadStatic]
    private static byte[]? _row;

    /// <param name="canvas">What is smoothed.</param>
    /// <param name="side">Weight of each neighbour of 256: 64 for 1 2 1, 85 for an even mean.</param>
    public static void Across(PlanarCanvas canvas, int side)
    {
        int width = canvas.Width;
        byte[] copy = Buffer(width + 2);
        foreach (byte[] plane in canvas.Planes)
        {
            for (int y = 0; y < canvas.Height; y++)
            {
                Span<byte> row = plane.AsSpan(y * width, width);
                row.CopyTo(copy.AsSpan(1));
                copy[0] = row[0];
                copy[width + 1] = row[width - 1];
                Weigh(copy.AsSpan(0, width), copy.AsSpan(1, width), copy.AsSpan(2, width), row, side);
            }
        }
    }

    /// <inheritdoc cref="Across"/>
    public static void Down(PlanarCanvas canvas, int side)
    {
        int width = canvas.Width;
        byte[] buffer = Buffer(2 * width);
        foreach (byte[] plane in canvas.Planes)
        {
            Span<byte> above = buffer.AsSpan(0, width);
            Span<byte> here = buffer.AsSpan(width, width);
            plane.AsSpan(0, width).CopyTo(above);
            for (int y = 0; y < canvas.Height; y++)
            {
                Span<byte> row = plane.AsSpan(y * width, width);
                row.CopyTo(here);
                ReadOnlySpan<byte> below = y + 1 < canvas.Height ? plane.AsSpan((y + 1) * width, width) : here;
                Weigh(above, here, below, row, side);
                Span<byte> free = above;
                above = here;
                here = free;
            }
        }
    }

    private static byte[] Buffer(int length)
    {
        if (_row is null || _row.Length < length)
            _row = new byte[Math.Max(length, 1024)];
        return _row;
    }

    private static void Weigh(ReadOnlySpan<byte> before, ReadOnlySpan<byte> here, ReadOnlySpan<byte> after, Span<byte> to, int side)
    {
        int middle = 256 - 2 * side;
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            Vector128<ushort> sides = Vector128.Create((ushort)side);
            Vector128<ushort> middles = Vector128.Create((ushort)middle);
            Vector128<ushort> half = Vector128.Create((ushort)128);
            ref byte a = ref MemoryMarshal.GetReference(before);
            ref byte b = ref MemoryMarshal.GetReference(here);
            ref byte c = ref MemoryMarshal.GetReference(after);
            ref byte d = ref MemoryMarshal.GetReference(to);
            for (; i + 16 <= to.Length; i += 16)
            {
                (Vector128<ushort> aLow, Vector128<ushort> aHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref a, (nuint)i));
                (Vector128<ushort> bLow, Vector128<ushort> bHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref b, (nuint)i));
                (Vector128<ushort> cLow, Vector128<ushort> cHigh) = Vector128.Widen(Vector128.LoadUnsafe(ref c, (nuint)i));
                Vector128<ushort> low = ((aLow + cLow) * sides + bLow * middles + half) >>> 8;
                Vector128<ushort> high = ((aHigh + cHigh) * sides + bHigh * middles + half) >>> 8;
                Vector128.Narrow(low, high).StoreUnsafe(ref d, (nuint)i);
            }
        }

        for (; i < to.Length; i++)
            to[i] = (byte)(((before[i] + after[i]) * side + here[i] * middle + 128) >> 8);
    }
}

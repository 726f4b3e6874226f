namespace Nunchi.Data.Pages;

/// <summary>A glyph as coverage values, placed relative to the pen on the baseline.</summary>
internal sealed class GlyphMask(int left, int top, int width, int height, float advance, byte[] alpha)
{
    public static GlyphMask Missing { get; } = new(0, 0, 0, 0, 0, []);

    public int Left { get; } = left;

    public int Top { get; } = top;

    public int Width { get; } = width;

    public int Height { get; } = height;

    public float Advance { get; } = advance;

    public byte[] Alpha { get; } = alpha; // [height, width]

    public bool IsEmpty => Width == 0;
}

namespace Nunchi.Data.Pages;

/// <summary>A rectangle of whole pixels; right and bottom are not part of it.</summary>
internal readonly record struct PixelArea(int Left, int Top, int Right, int Bottom)
{
    public int Width => Math.Max(0, Right - Left);

    public int Height => Math.Max(0, Bottom - Top);

    public PixelArea Within(in PixelArea other) =>
        new(Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom));

    public PixelArea Cut(int width, int height) => Within(new PixelArea(0, 0, width, height));
}

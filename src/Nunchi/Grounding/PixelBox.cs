namespace Nunchi.Grounding;

/// <summary>A box in pixels of the original picture; the right and bottom edges are exclusive.</summary>
/// <param name="X1">Left edge, 0..width.</param>
/// <param name="Y1">Top edge, 0..height.</param>
/// <param name="X2">Right edge, 0..width.</param>
/// <param name="Y2">Bottom edge, 0..height.</param>
public readonly record struct PixelBox(int X1, int Y1, int X2, int Y2)
{
    /// <summary>The pixels that a box of fractions covers, edges rounded to the nearest.</summary>
    /// <param name="box">Fractions of the picture; parts outside 0..1 are cut away.</param>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    public static PixelBox From(BoundingBox box, int width, int height) =>
        new(Edge(box.X1, width), Edge(box.Y1, height), Edge(box.X2, width), Edge(box.Y2, height));

    /// <summary>The box as fractions of a picture.</summary>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    public BoundingBox ToFractions(int width, int height) =>
        new((double)X1 / width, (double)Y1 / height, (double)X2 / width, (double)Y2 / height);

    private static int Edge(double fraction, int length) =>
        (int)Math.Round(Math.Clamp(fraction, 0, 1) * length, MidpointRounding.AwayFromZero);
}

namespace Nunchi.Grounding;

/// <summary>A box in a picture, as fractions of the original picture's width and height: (0, 0) is the top left corner, (1, 1) the bottom right.</summary>
/// <param name="X1">Left edge, 0..1.</param>
/// <param name="Y1">Top edge, 0..1.</param>
/// <param name="X2">Right edge, 0..1, not left of <paramref name="X1"/>.</param>
/// <param name="Y2">Bottom edge, 0..1, not above <paramref name="Y1"/>.</param>
public readonly record struct BoundingBox(double X1, double Y1, double X2, double Y2)
{
    /// <summary>Width times height, as a fraction of the picture.</summary>
    public double Area => Math.Max(0, X2 - X1) * Math.Max(0, Y2 - Y1);

    /// <summary>Area of the overlap divided by the area of the union, 0..1; 0 when both are empty.</summary>
    public double IntersectionOverUnion(BoundingBox other)
    {
        double width = Math.Min(X2, other.X2) - Math.Max(X1, other.X1);
        double height = Math.Min(Y2, other.Y2) - Math.Max(Y1, other.Y1);
        double overlap = width > 0 && height > 0 ? width * height : 0;
        double union = Area + other.Area - overlap;
        return union > 0 ? overlap / union : 0;
    }
}

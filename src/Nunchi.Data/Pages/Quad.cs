namespace Nunchi.Data.Pages;

/// <summary>A convex four-cornered outline in pixels, corners in turn (top left, top right, bottom right, bottom left of what it frames).</summary>
/// <param name="X1">First corner, across.</param>
/// <param name="Y1">First corner, down.</param>
/// <param name="X2">Second corner, across.</param>
/// <param name="Y2">Second corner, down.</param>
/// <param name="X3">Third corner, across.</param>
/// <param name="Y3">Third corner, down.</param>
/// <param name="X4">Fourth corner, across.</param>
/// <param name="Y4">Fourth corner, down.</param>
public readonly record struct Quad(float X1, float Y1, float X2, float Y2, float X3, float Y3, float X4, float Y4)
{
    /// <summary>Leftmost corner.</summary>
    public float Left => Math.Min(Math.Min(X1, X2), Math.Min(X3, X4));

    /// <summary>Topmost corner.</summary>
    public float Top => Math.Min(Math.Min(Y1, Y2), Math.Min(Y3, Y4));

    /// <summary>Rightmost corner.</summary>
    public float Right => Math.Max(Math.Max(X1, X2), Math.Max(X3, X4));

    /// <summary>Bottommost corner.</summary>
    public float Bottom => Math.Max(Math.Max(Y1, Y2), Math.Max(Y3, Y4));

    /// <summary>An upright rectangle.</summary>
    public static Quad Rectangle(float left, float top, float right, float bottom) => new(left, top, right, top, right, bottom, left, bottom);

    /// <summary>The outline after a mapping of its corners.</summary>
    public Quad Map(in Homography mapping)
    {
        (float x1, float y1) = mapping.Apply(X1, Y1);
        (float x2, float y2) = mapping.Apply(X2, Y2);
        (float x3, float y3) = mapping.Apply(X3, Y3);
        (float x4, float y4) = mapping.Apply(X4, Y4);
        return new Quad(x1, y1, x2, y2, x3, y3, x4, y4);
    }

    /// <summary>Whether a point lies inside; a point on the edge does.</summary>
    public bool Contains(float x, float y)
    {
        float a = Side(X1, Y1, X2, Y2, x, y);
        float b = Side(X2, Y2, X3, Y3, x, y);
        float c = Side(X3, Y3, X4, Y4, x, y);
        float d = Side(X4, Y4, X1, Y1, x, y);
        return (a >= 0 && b >= 0 && c >= 0 && d >= 0) || (a <= 0 && b <= 0 && c <= 0 && d <= 0);
    }

    private static float Side(float fromX, float fromY, float toX, float toY, float x, float y) =>
        (toX - fromX) * (y - fromY) - (toY - fromY) * (x - fromX);
}

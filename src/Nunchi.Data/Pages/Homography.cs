namespace Nunchi.Data.Pages;

/// <summary>
/// A projective mapping of the plane: (x, y) goes to ((A x + B y + C) / w, (D x + E y + F) / w) with w = G x + H y + I.
/// </summary>
/// <param name="A">Across from across.</param>
/// <param name="B">Across from down.</param>
/// <param name="C">Shift across.</param>
/// <param name="D">Down from across.</param>
/// <param name="E">Down from down.</param>
/// <param name="F">Shift down.</param>
/// <param name="G">Perspective from across; 0 for an affine mapping.</param>
/// <param name="H">Perspective from down; 0 for an affine mapping.</param>
/// <param name="I">Scale of the denominator; 1 for an affine mapping.</param>
public readonly record struct Homography(double A, double B, double C, double D, double E, double F, double G, double H, double I)
{
    /// <summary>Leaves every point where it is.</summary>
    public static Homography Identity { get; } = new(1, 0, 0, 0, 1, 0, 0, 0, 1);

    /// <summary>The mapping of a crop rectangle of a picture onto a square page: the labels' side of cutting and resizing a tile.</summary>
    /// <param name="left">Left edge of the crop in source pixels.</param>
    /// <param name="top">Top edge.</param>
    /// <param name="width">Width of the crop in source pixels, above 0.</param>
    /// <param name="height">Height, above 0.</param>
    /// <param name="size">Side of the page in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The crop is empty or the size is not positive.</exception>
    public static Homography Crop(double left, double top, double width, double height, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return new Homography(size / width, 0, -left * size / width, 0, size / height, -top * size / height, 0, 0, 1);
    }

    /// <summary>Where a point goes.</summary>
    public (float X, float Y) Apply(float x, float y)
    {
        double w = G * x + H * y + I;
        return ((float)((A * x + B * y + C) / w), (float)((D * x + E * y + F) / w));
    }

    /// <summary>The mapping that does this one first and then another.</summary>
    public Homography Then(in Homography next) => new(
        next.A * A + next.B * D + next.C * G, next.A * B + next.B * E + next.C * H, next.A * C + next.B * F + next.C * I,
        next.D * A + next.E * D + next.F * G, next.D * B + next.E * E + next.F * H, next.D * C + next.E * F + next.F * I,
        next.G * A + next.H * D + next.I * G, next.G * B + next.H * E + next.I * H, next.G * C + next.H * F + next.I * I);

    /// <summary>The mapping back.</summary>
    /// <exception cref="InvalidOperationException">The mapping folds the plane and has no way back.</exception>
    public Homography Inverse()
    {
        double a = E * I - F * H;
        double d = F * G - D * I;
        double g = D * H - E * G;
        double determinant = A * a + B * d + C * g;
        if (Math.Abs(determinant) < 1e-12)
            throw new InvalidOperationException("This mapping folds the plane onto a line and cannot be inverted.");
        double s = 1 / determinant;
        return new Homography(
            a * s, (C * H - B * I) * s, (B * F - C * E) * s,
            d * s, (A * I - C * G) * s, (C * D - A * F) * s,
            g * s, (B * G - A * H) * s, (A * E - B * D) * s);
    }
}

using Nunchi.Images;

namespace Nunchi.Grounding;

/// <summary>What the numbers of another model's boxes count.</summary>
public enum CoordinateUnit
{
    /// <summary>Thousandths of the picture, 0..1000 (Qwen-VL, Qwen2-VL, Qwen3-VL).</summary>
    Thousandths,

    /// <summary>Pixels of the picture as that model saw it (Qwen2.5-VL).</summary>
    Pixels,

    /// <summary>Fractions of the picture, 0..1.</summary>
    Fractions,
}

/// <summary>How to read another model's boxes.</summary>
/// <param name="Unit">What the numbers count.</param>
/// <param name="Picture">Size of the picture in those pixels; only needed for <see cref="CoordinateUnit.Pixels"/>.</param>
public sealed record ForeignCoordinates(CoordinateUnit Unit, ImageSize Picture = default)
{
    /// <summary>Corners to fractions: put in order, parts outside the picture cut away.</summary>
    /// <returns>Null when a number is not finite.</returns>
    internal BoundingBox? Convert(double x1, double y1, double x2, double y2)
    {
        if (!double.IsFinite(x1) || !double.IsFinite(y1) || !double.IsFinite(x2) || !double.IsFinite(y2))
            return null;
        (double width, double height) = Unit switch
        {
            CoordinateUnit.Thousandths => (1000.0, 1000.0),
            CoordinateUnit.Fractions => (1.0, 1.0),
            _ => (Picture.Width, (double)Picture.Height),
        };
        return new BoundingBox(
            Math.Clamp(Math.Min(x1, x2) / width, 0, 1), Math.Clamp(Math.Min(y1, y2) / height, 0, 1),
            Math.Clamp(Math.Max(x1, x2) / width, 0, 1), Math.Clamp(Math.Max(y1, y2) / height, 0, 1));
    }
}

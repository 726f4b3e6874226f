using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>Projective maps of the plane, as the view of a flat board from an angle.</summary>
internal static class Camera
{
    /// <summary>The map that takes the corners of a rectangle (top left, top right, bottom right, bottom left) to four points.</summary>
    public static SKMatrix RectToQuad(SKRect rect, ReadOnlySpan<SKPoint> q)
    {
        // Heckbert, "Fundamentals of Texture Mapping and Image Warping" (1989): unit square to quadrilateral.
        float sx = q[0].X - q[1].X + q[2].X - q[3].X, sy = q[0].Y - q[1].Y + q[2].Y - q[3].Y;
        float dx1 = q[1].X - q[2].X, dx2 = q[3].X - q[2].X, dy1 = q[1].Y - q[2].Y, dy2 = q[3].Y - q[2].Y;
        float determinant = (dx1 * dy2) - (dx2 * dy1);
        float g = ((sx * dy2) - (dx2 * sy)) / determinant, h = ((dx1 * sy) - (sx * dy1)) / determinant;
        var unit = new SKMatrix(
            q[1].X - q[0].X + (g * q[1].X), q[3].X - q[0].X + (h * q[3].X), q[0].X,
            q[1].Y - q[0].Y + (g * q[1].Y), q[3].Y - q[0].Y + (h * q[3].Y), q[0].Y,
            g, h, 1);
        var toUnit = new SKMatrix(1 / rect.Width, 0, -rect.Left / rect.Width, 0, 1 / rect.Height, -rect.Top / rect.Height, 0, 0, 1);
        return SKMatrix.Concat(unit, toUnit);
    }

    /// <summary>
    /// A view of a board that lies at <paramref name="place"/> in a picture: turned and seen from an angle, both by up to the given amounts, and never leaving the picture.
    /// </summary>
    /// <param name="board">The board in its own units.</param>
    /// <param name="place">Where it would lie seen straight, in pixels.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="turn">Greatest turn in degrees.</param>
    /// <param name="tilt">Greatest move of a corner as a share of the board's shorter side.</param>
    /// <param name="random">Chooses.</param>
    public static SKMatrix View(SKRect board, SKRect place, int width, int height, float turn, float tilt, SceneRandom random)
    {
        float reach = tilt * Math.Min(place.Width, place.Height);
        float angle = (float)(random.Normal() * turn / 2.5);
        angle = Math.Clamp(angle, -turn, turn) * MathF.PI / 180;
        float cos = MathF.Cos(angle), sin = MathF.Sin(angle), cx = place.MidX, cy = place.MidY;
        Span<SKPoint> corners = [new(place.Left, place.Top), new(place.Right, place.Top), new(place.Right, place.Bottom), new(place.Left, place.Bottom)];
        for (int i = 0; i < 4; i++)
        {
            float x = corners[i].X + random.Between(-reach, reach) - cx, y = corners[i].Y + random.Between(-reach, reach) - cy;
            corners[i] = new SKPoint(cx + (cos * x) - (sin * y), cy + (sin * x) + (cos * y));
        }
        float left = float.MaxValue, top = float.MaxValue, right = float.MinValue, bottom = float.MinValue;
        foreach (SKPoint corner in corners)
        {
            left = Math.Min(left, corner.X);
            right = Math.Max(right, corner.X);
            top = Math.Min(top, corner.Y);
            bottom = Math.Max(bottom, corner.Y);
        }
        float shrink = Math.Min(1, Math.Min(width / (right - left), height / (bottom - top)));
        float middleX = (left + right) / 2, middleY = (top + bottom) / 2;
        float halfX = Math.Min(width / 2f, shrink * (right - left) / 2), halfY = Math.Min(height / 2f, shrink * (bottom - top) / 2); // rounding must not pass the middle
        float toX = Math.Clamp(middleX, halfX, width - halfX), toY = Math.Clamp(middleY, halfY, height - halfY);
        for (int i = 0; i < 4; i++)
            corners[i] = new SKPoint(toX + (shrink * (corners[i].X - middleX)), toY + (shrink * (corners[i].Y - middleY)));
        return RectToQuad(board, corners);
    }
}

using SkiaSharp;

namespace Nunchi.Data.Objects;

/// <summary>Outlines of the shapes.</summary>
public static class ShapePainter
{
    /// <summary>The outline of a shape that fills a square of the given side at the origin (filled with the winding rule it carries). The caller disposes of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape is <see cref="ShapeKind.None"/> or unknown.</exception>
    public static SKPath Outline(ShapeKind shape, float side)
    {
        SKPath path = new();
        Build(shape, path);
        path.Transform(SKMatrix.CreateScale(side, side));
        return path;
    }

    private static void Build(ShapeKind shape, SKPath path)
    {
        switch (shape)
        {
            case ShapeKind.Circle:
                path.AddCircle(0.5f, 0.5f, 0.5f, SKPathDirection.Clockwise);
                break;
            case ShapeKind.Square:
                path.AddRect(new SKRect(0.04f, 0.04f, 0.96f, 0.96f), SKPathDirection.Clockwise);
                break;
            case ShapeKind.Triangle:
                Polygon(path, 0.5f, 0.02f, 1, 0.93f, 0, 0.93f);
                break;
            case ShapeKind.Star:
                Regular(path, 5, 0.5f, 0.2f);
                break;
            case ShapeKind.Heart:
                path.MoveTo(0.5f, 0.95f);
                path.CubicTo(0.1f, 0.66f, 0f, 0.47f, 0f, 0.31f);
                path.CubicTo(0f, 0.03f, 0.37f, -0.03f, 0.5f, 0.24f);
                path.CubicTo(0.63f, -0.03f, 1f, 0.03f, 1f, 0.31f);
                path.CubicTo(1f, 0.47f, 0.9f, 0.66f, 0.5f, 0.95f);
                path.Close();
                break;
            case ShapeKind.Diamond:
                Polygon(path, 0.5f, 0, 0.9f, 0.5f, 0.5f, 1, 0.1f, 0.5f);
                break;
            case ShapeKind.Pentagon:
                Regular(path, 5, 0.5f, 0);
                break;
            case ShapeKind.Hexagon:
                Regular(path, 6, 0.5f, 0);
                break;
            case ShapeKind.Cross:
                Polygon(path, 0.34f, 0, 0.66f, 0, 0.66f, 0.34f, 1, 0.34f, 1, 0.66f, 0.66f, 0.66f, 0.66f, 1, 0.34f, 1, 0.34f, 0.66f, 0, 0.66f, 0, 0.34f, 0.34f, 0.34f);
                break;
            case ShapeKind.Ring:
                path.FillType = SKPathFillType.EvenOdd;
                path.AddCircle(0.5f, 0.5f, 0.5f, SKPathDirection.Clockwise);
                path.AddCircle(0.5f, 0.5f, 0.3f, SKPathDirection.Clockwise);
                break;
            case ShapeKind.ArrowRight:
                Arrow(path, (x, y) => (x, y));
                break;
            case ShapeKind.ArrowLeft:
                Arrow(path, (x, y) => (1 - x, y));
                break;
            case ShapeKind.ArrowUp:
                Arrow(path, (x, y) => (y, 1 - x));
                break;
            case ShapeKind.ArrowDown:
                Arrow(path, (x, y) => (y, x));
                break;
            case ShapeKind.Bench:
                Bars(path, 0, 0.2f, 1, 0.3f, 0, 0.36f, 1, 0.46f, 0, 0.56f, 1, 0.68f, 0.1f, 0.68f, 0.2f, 0.95f, 0.8f, 0.68f, 0.9f, 0.95f, 0.14f, 0.3f, 0.2f, 0.56f, 0.8f, 0.3f, 0.86f, 0.56f);
                break;
            case ShapeKind.Swing:
                Bars(path, 0.05f, 0, 0.95f, 0.09f, 0.3f, 0.09f, 0.34f, 0.66f, 0.66f, 0.09f, 0.7f, 0.66f, 0.24f, 0.66f, 0.76f, 0.76f);
                Polygon(path, 0.1f, 0.09f, 0.19f, 0.09f, 0.11f, 1, 0, 1);
                Polygon(path, 0.81f, 0.09f, 0.9f, 0.09f, 1, 1, 0.89f, 1);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "There is no outline for this shape.");
        }
    }

    private static void Arrow(SKPath path, Func<float, float, (float X, float Y)> turn)
    {
        ReadOnlySpan<float> points = [0, 0.36f, 0.5f, 0.36f, 0.5f, 0.12f, 1, 0.5f, 0.5f, 0.88f, 0.5f, 0.64f, 0, 0.64f];
        Span<float> turned = stackalloc float[points.Length];
        for (int i = 0; i < points.Length; i += 2)
            (turned[i], turned[i + 1]) = turn(points[i], points[i + 1]);
        Polygon(path, turned);
    }

    private static void Bars(SKPath path, params ReadOnlySpan<float> edges)
    {
        for (int i = 0; i < edges.Length; i += 4)
            path.AddRect(new SKRect(edges[i], edges[i + 1], edges[i + 2], edges[i + 3]), SKPathDirection.Clockwise);
    }

    private static void Polygon(SKPath path, params ReadOnlySpan<float> points)
    {
        path.MoveTo(points[0], points[1]);
        for (int i = 2; i < points.Length; i += 2)
            path.LineTo(points[i], points[i + 1]);
        path.Close();
    }

    private static void Regular(SKPath path, int corners, float outer, float inner)
    {
        int steps = inner > 0 ? corners * 2 : corners;
        Span<float> points = stackalloc float[steps * 2];
        for (int i = 0; i < steps; i++)
        {
            float radius = inner > 0 && i % 2 == 1 ? inner : outer;
            float angle = 2 * MathF.PI * i / steps;
            points[2 * i] = 0.5f + radius * MathF.Sin(angle);
            points[2 * i + 1] = 0.5f - radius * MathF.Cos(angle);
        }

        Polygon(path, points);
    }
}

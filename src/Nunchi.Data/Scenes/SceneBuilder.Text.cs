using Nunchi.Data.Pages;
using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>Where a text lies relative to the point it is given.</summary>
internal enum Anchor
{
    Left,
    Centre,
    Right,
}

/// <summary>A text that was drawn: its place in the design's units and what the camera shows of it.</summary>
internal sealed class PlacedText
{
    public required string Text { get; init; }

    public required TextRole Role { get; init; }

    public required TextStyle Style { get; init; }

    /// <summary>Ink in the design's units.</summary>
    public required SKRect Area { get; init; }

    public required Quad Quad { get; init; }

    public required List<SceneGlyph> Glyphs { get; init; }

    public required float Height { get; init; }

    public bool Illegible { get; set; }
}

internal sealed partial class SceneBuilder
{
    public List<PlacedText> Texts { get; } = [];

    /// <summary>Draws one line (or column) whose syllables have a height, with the middle of its letters at <paramref name="y"/> (or its top, when vertical).</summary>
    public PlacedText Text(string text, float x, float y, float height, TextStyle style, TextRole role, Anchor anchor = Anchor.Centre)
    {
        using var run = new TextRun(text, style, height);
        float baseX = anchor switch { Anchor.Left => x - run.Ink.Left, Anchor.Right => x - run.Ink.Right, _ => x - run.Ink.MidX };
        float baseY = style.Vertical ? y - run.Ink.Top : y - ((run.Top + run.Bottom) / 2);
        if (DrawInk)
            run.Draw(Canvas, baseX, baseY);

        SKMatrix matrix = Canvas.TotalMatrix;
        var glyphs = new List<SceneGlyph>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            SKRect ink = run.Inks[i];
            if (ink.Width <= 0 || ink.Height <= 0)
                continue;
            ink.Offset(baseX, baseY);
            glyphs.Add(new SceneGlyph(text[i].ToString(), Map(matrix, ink)));
        }
        SKRect area = run.Ink;
        area.Offset(baseX, baseY);
        var placed = new PlacedText
        {
            Text = text,
            Role = role,
            Style = style,
            Area = area,
            Quad = Map(matrix, area),
            Glyphs = glyphs,
            Height = SeenHeight(matrix, area, run.Bottom - run.Top),
        };
        Texts.Add(placed);
        return placed;
    }

    /// <summary>Draws one line as large as fits into a rectangle, at most <paramref name="most"/> high.</summary>
    public PlacedText TextIn(SKRect room, string text, float most, TextStyle style, TextRole role, Anchor anchor = Anchor.Centre)
    {
        float height = TextRun.FitHeight(text, style, style.Vertical ? room.Height : room.Width, Math.Min(most, style.Vertical ? room.Width : room.Height));
        float x = anchor switch { Anchor.Left => room.Left, Anchor.Right => room.Right, _ => room.MidX };
        return Text(text, x, style.Vertical ? room.Top : room.MidY, height, style, role, anchor);
    }

    internal static Quad Map(SKMatrix matrix, SKRect r)
    {
        SKPoint a = matrix.MapPoint(r.Left, r.Top), b = matrix.MapPoint(r.Right, r.Top), c = matrix.MapPoint(r.Right, r.Bottom), d = matrix.MapPoint(r.Left, r.Bottom);
        return new Quad(a.X, a.Y, b.X, b.Y, c.X, c.Y, d.X, d.Y);
    }

    private static float SeenHeight(SKMatrix matrix, SKRect area, float height)
    {
        SKPoint top = matrix.MapPoint(area.MidX, area.MidY - (height / 2)), bottom = matrix.MapPoint(area.MidX, area.MidY + (height / 2));
        return SKPoint.Distance(top, bottom);
    }
}

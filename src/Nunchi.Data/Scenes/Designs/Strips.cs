using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Bare writing, from one character to a few lines: the first steps of the curriculum.</summary>
internal static class Strips
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("glyph", SceneKind.Glyph, false, b => OneLine(b, Words.Syllable(b, 0.4).ToString())),
        new("glyph_latin", SceneKind.Glyph, false, b => OneLine(b, b.Random.Chance(0.5) ? b.Random.Next(10).ToString() : ((char)((b.Random.Chance(0.6) ? 'A' : 'a') + b.Random.Next(26))).ToString())),
        new("word", SceneKind.Word, false, b => OneLine(b, Words.Any(b))),
        new("word_boxed", SceneKind.Word, false, b => OneLine(b, Words.Any(b), boxed: true)),
        new("word_vertical", SceneKind.Word, false, Column),
        new("word_outlined", SceneKind.Word, true, b => OneLine(b, Words.Any(b), outlined: true)),
        new("line", SceneKind.Line, false, b => OneLine(b, Phrase(b, 2, 4))),
        new("line_boxed", SceneKind.Line, false, b => OneLine(b, Phrase(b, 2, 4), boxed: true)),
        new("lines", SceneKind.Lines, false, b => Block(b, b.Random.Between(2, 4))),
        new("lines_scattered", SceneKind.Lines, false, Scattered),
        new("lines_table", SceneKind.Lines, false, Table),
        new("lines_page", SceneKind.Lines, true, b => Block(b, b.Random.Between(4, 6))),
    ];

    private static string Phrase(SceneBuilder b, int least, int most)
    {
        int count = b.Random.Between(least, most);
        return string.Join(' ', Enumerable.Range(0, count).Select(_ => Words.Any(b)));
    }

    private static (Paint Ground, Backdrop Backdrop) Ground(SceneBuilder b)
    {
        Paint ground = b.Colour();
        var flat = new Backdrop("a plain background", "단색 배경", false, x =>
        {
            x.Canvas.Clear(ground.Shade);
            return ground.Name;
        });
        return (ground, b.Random.Chance(0.55) ? flat : Backdrops.Any(b));
    }

    private static TextStyle Style(SceneBuilder b, string text, Paint ground, bool onFlat, bool outlined)
    {
        TextStyle style = b.Vary(new TextStyle(b.Face(text), Paint.On(ground, b.Random, b.Random.Chance(0.8) ? 3 : 1.8)));
        if (outlined || !onFlat)
            style = style with { Outline = Paint.On(style.Fill, b.Random, 4, ColourName.White, ColourName.Black).Shade, OutlineWidth = b.Random.Between(0.05f, 0.12f) };
        if (b.Random.Chance(0.12))
            style = style with { Shadow = SKColors.Black.WithAlpha(130) };
        return style;
    }

    private static void OneLine(SceneBuilder b, string text, bool boxed = false, bool outlined = false)
    {
        (Paint ground, Backdrop backdrop) = Ground(b);
        bool flat = backdrop.Name == Backdrops.Plain.Name && !ReferenceEquals(backdrop, Backdrops.Plain);
        boxed |= !flat && b.Random.Chance(0.5);
        TextStyle style = Style(b, text, ground, flat || boxed, outlined);
        using var run = new TextRun(text, style, 100);
        var size = new SKSize(Math.Max(60, run.Ink.Width) + 60, 180);
        b.Begin(size, 100, text.Length <= 2 ? 1.5f : 0.6f, backdrop);
        if (boxed)
            b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 20f, 60f), b.Random.Chance(0.3) ? style.Fill : null);
        b.Text(text, size.Width / 2, 90, 100, style, TextRole.Plain);
    }

    private static void Column(SceneBuilder b)
    {
        (Paint ground, Backdrop backdrop) = Ground(b);
        string text = b.Random.Chance(0.5) ? Words.Korean(b) : Words.Invented(b, 2, 5, 0.2);
        TextStyle style = Style(b, text, ground, true, false) with { Vertical = true, Slant = 0 };
        using var run = new TextRun(text, style, 100);
        var size = new SKSize(190, run.Ink.Height + 80);
        b.Begin(size, 100, 0.6f, backdrop);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 20f));
        b.Text(text, size.Width / 2, 40, 100, style, TextRole.Plain);
    }

    private static void Block(SceneBuilder b, int count)
    {
        (Paint ground, Backdrop backdrop) = Ground(b);
        string[] lines = [.. Enumerable.Range(0, count).Select(_ => Phrase(b, 1, 3))];
        TextStyle first = Style(b, string.Concat(lines), ground, true, false);
        bool one = b.Random.Chance(0.7);
        Anchor anchor = b.Random.Pick(Anchor.Left, Anchor.Left, Anchor.Centre, Anchor.Right);
        float spacing = b.Random.Between(1.35f, 2f), y = 40, width = 0;
        var placed = new List<(string Text, TextStyle Style, float Height, float Y)>();
        foreach (string line in lines)
        {
            TextStyle style = one ? first : Style(b, line, ground, true, false);
            float height = one ? 60 : 60 * b.Random.Between(0.8f, 1.7f);
            using var run = new TextRun(line, style, height);
            width = Math.Max(width, run.Ink.Width);
            placed.Add((line, style, height, y + (height / 2)));
            y += height * spacing;
        }
        var size = new SKSize(width + 80, y + 20);
        b.Begin(size, 55, 0.4f, backdrop);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 20f));
        float x = anchor switch { Anchor.Left => 40, Anchor.Right => size.Width - 40, _ => size.Width / 2 };
        foreach ((string text, TextStyle style, float height, float middle) in placed)
            b.Text(text, x, middle, height, style, TextRole.Plain, anchor);
    }

    private static void Scattered(SceneBuilder b)
    {
        var size = new SKSize(400, b.Random.Between(260, 460));
        b.Begin(size, 34, 0.2f);
        int rows = b.Random.Between(2, 4);
        float band = size.Height / rows;
        for (int row = 0; row < rows; row++)
        {
            string text = Words.Any(b);
            Paint ground = b.Colour();
            TextStyle style = b.SignStyle(text, ground);
            float height = b.Random.Between(34f, Math.Min(80, band * 0.55f));
            height = TextRun.FitHeight(text, style, 330, height);
            using var run = new TextRun(text, style, height);
            float x = b.Random.Between(20 + (run.Ink.Width / 2), 380 - (run.Ink.Width / 2)), y = (band * row) + b.Random.Between(0.4f, 0.6f) * band;
            SKRect plate = SKRect.Create(x - (run.Ink.Width / 2) - (height * 0.4f), y - (height * 0.8f), run.Ink.Width + (height * 0.8f), height * 1.6f);
            b.Board(plate, ground, b.Random.Pick(0f, 8f, height * 0.7f));
            b.Text(text, x, y, height, style, TextRole.Plain);
        }
    }

    /// <summary>Rows of a few cells of any kind, mostly in columns: nothing but looking tells how many lines and cells there are, and in which order.</summary>
    private static void Table(SceneBuilder b)
    {
        int rows = b.Random.Between(3, 11), columns = b.Random.Between(1, 4);
        float row = b.Random.Between(34f, 44f), letter = row * b.Random.Between(0.55f, 0.72f), width = 60 + (columns * b.Random.Between(110f, 150f));
        bool inColumns = b.Random.Chance(0.8);
        Func<SceneBuilder, string>[] kinds = [.. Enumerable.Range(0, columns).Select(_ => Cell(b))];
        Anchor[] anchors = [.. Enumerable.Range(0, columns).Select(column => column == 0 ? Anchor.Left : b.Random.Pick(Anchor.Left, Anchor.Right, Anchor.Centre))];
        string[][] cells = [.. Enumerable.Range(0, rows).Select(_ => b.Random.Chance(0.15)
            ? [Phrase(b, 1, 2)]
            : Enumerable.Range(0, columns).Select(column => b.Random.Chance(0.12) ? "" : inColumns ? kinds[column](b) : Cell(b)(b)).ToArray())];
        (Paint ground, Backdrop backdrop) = b.Random.Chance(0.6) ? (b.Colour(ColourName.White), Backdrops.Any(b)) : Ground(b);
        TextStyle style = Style(b, string.Concat(cells.SelectMany(line => line)), ground, true, false);
        var size = new SKSize(width, (rows * row) + 50);
        b.Begin(size, letter, 0.3f, backdrop);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 12f));
        float y = 25 + (row / 2);
        foreach (string[] line in cells)
        {
            float cell = (width - 40) / line.Length;
            for (int i = 0; i < line.Length; i++)
            {
                if (line[i].Length > 0)
                    b.TextIn(SKRect.Create(20 + (i * cell) + 4, y - (row / 2), cell - 8, row), line[i], letter, style, TextRole.Plain, line.Length == 1 ? Anchor.Left : anchors[i]);
            }
            y += row;
        }
    }

    private static Func<SceneBuilder, string> Cell(SceneBuilder b) => b.Random.Weighted([5, 3, 2, 1, 1, 1]) switch
    {
        0 => Words.Any,
        1 => x => Words.Won(100 * x.Random.Between(3, 990)) + (x.Random.Chance(0.3) ? "원" : ""),
        2 => x => x.Random.Pick("", "x ", "") + x.Random.Between(1, 12) + x.Random.Pick("", "개", ""),
        3 => Places.Date,
        4 => x => $"{x.Random.Between(1, 40)}.",
        _ => x => Words.Invented(x, 2, 4, 0.1),
    };
}

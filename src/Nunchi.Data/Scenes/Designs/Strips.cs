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
        new("word_latin", SceneKind.Word, false, b => OneLine(b, LatinText(b, 1), boxed: b.Random.Chance(0.3))),
        new("word_outlined", SceneKind.Word, true, b => OneLine(b, Words.Any(b), outlined: true)),
        new("line", SceneKind.Line, false, b => OneLine(b, Phrase(b, 2, 4))),
        new("line_boxed", SceneKind.Line, false, b => OneLine(b, Phrase(b, 2, 4), boxed: true)),
        new("line_latin", SceneKind.Line, false, b => OneLine(b, LatinText(b, b.Random.Between(2, 3)), boxed: b.Random.Chance(0.5))),
        new("lines", SceneKind.Lines, false, b => Block(b, b.Random.Between(2, 4))),
        new("lines_scattered", SceneKind.Lines, false, Scattered),
        new("lines_table", SceneKind.Lines, false, Table),
        new("lines_board", SceneKind.Lines, false, Board),
        new("lines_columns", SceneKind.Lines, false, Columns),
        new("lines_stack", SceneKind.Lines, false, Stack),
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

    /// <summary>Rows of different heights, some on bands of another colour, with one to three texts each: what stands large and where says nothing about what comes next.</summary>
    private static void Board(SceneBuilder b)
    {
        (Paint ground, Backdrop backdrop) = Ground(b);
        float width = b.Random.Between(300f, 600f), y = 14;
        (float Height, Paint? Band, string[] Cells)[] rows = [.. Enumerable.Range(0, b.Random.Between(2, 6)).Select(_ => (
            b.Random.Between(36f, 100f), b.Random.Chance(0.3) ? b.Colour() : (Paint?)null, Enumerable.Range(0, b.Random.Weighted([5, 3, 1.5]) + 1).Select(_ => Words.Any(b)).ToArray()))];
        var size = new SKSize(width, rows.Sum(row => row.Height) + 28);
        b.Begin(size, 28, 0.35f, backdrop);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 14f));
        TextStyle usual = Style(b, string.Concat(rows.SelectMany(row => row.Cells)), ground, true, false);
        foreach ((float height, Paint? band, string[] cells) in rows)
        {
            if (band is { } colour)
                b.Panel(SKRect.Create(0, y, width, height), colour.Shade, name: colour.Name);
            float cell = (width - 24) / cells.Length, letter = height * b.Random.Between(0.5f, 0.85f);
            for (int i = 0; i < cells.Length; i++)
            {
                TextStyle style = band is null && b.Random.Chance(0.6) ? usual : Style(b, cells[i], band ?? ground, true, false);
                b.TextIn(SKRect.Create(12 + (i * cell) + 8, y, cell - 16, height), cells[i], letter, style, TextRole.Plain, b.Random.Pick(Anchor.Left, Anchor.Centre, Anchor.Right));
            }
            y += height;
        }
    }

    /// <summary>Lines close below each other, the largest up to four times as high as the smallest, each of its own colour or all of one: large letters nearly touch the small ones above and below.</summary>
    private static void Stack(SceneBuilder b)
    {
        (Paint ground, Backdrop backdrop) = b.Random.Chance(0.4) ? (b.Colour(ColourName.White), Backdrops.Any(b)) : Ground(b);
        string[] lines = [.. Enumerable.Range(0, b.Random.Between(2, 7)).Select(_ => StackLine(b))];
        TextStyle usual = Style(b, string.Concat(lines), ground, true, false);
        Anchor anchor = b.Random.Pick(Anchor.Left, Anchor.Centre, Anchor.Centre, Anchor.Right);
        float spacing = b.Random.Between(1.12f, 1.5f), largest = b.Random.Between(1.2f, 4f), edge = b.Random.Between(14f, 40f), y = edge, width = 0;
        bool coloured = b.Random.Chance(0.5);
        var placed = new List<(string Text, TextStyle Style, float Height, float Y)>();
        foreach (string line in lines)
        {
            TextStyle style = b.Random.Chance(0.7) ? usual : Style(b, line, ground, true, false);
            if (coloured)
                style = style with { Fill = Paint.On(ground, b.Random, b.Random.Chance(0.8) ? 3 : 1.8) };
            float height = TextRun.FitHeight(line, style, 560, 28 * (b.Random.Chance(0.45) ? b.Random.Between(1, largest) : b.Random.Between(1, 1.25f)));
            using var run = new TextRun(line, style, height);
            width = Math.Max(width, run.Ink.Width);
            y += height * spacing / 2;
            placed.Add((line, style, height, y));
            y += (height * spacing / 2) + (b.Random.Chance(0.2) ? b.Random.Between(6f, 40f) : 0);
        }
        var size = new SKSize(Math.Max(140, width + (2 * edge)), y + edge);
        b.Begin(size, placed.Min(line => line.Height), 0.35f, backdrop);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 18f), b.Random.Chance(0.25) ? usual.Fill : null);
        float x = anchor switch { Anchor.Left => edge, Anchor.Right => size.Width - edge, _ => size.Width / 2 };
        foreach ((string text, TextStyle style, float height, float middle) in placed)
            b.Text(text, x, middle, height, style, TextRole.Plain, anchor);
    }

    private static string StackLine(SceneBuilder b) => b.Random.Weighted([3, 2, 2, 2, 1.5, 1.5, 1, 2]) switch
    {
        0 => Words.Any(b),
        1 => Phrase(b, 2, 3),
        2 => b.Random.Pick(b.Random.From(Notices.All).Body),
        3 => Words.Won(50 * b.Random.Between(4, 900)) + b.Random.Pick("원", "원", ""),
        4 => $"{Words.Korean(b)} {Words.Measure(b)}",
        5 => Words.Measure(b),
        6 => Words.Phone(b),
        _ => LatinText(b, b.Random.Between(1, 3)),
    };

    // Names that only those who read letter by letter get right, and words.
    private static string LatinText(SceneBuilder b, int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => b.Random.Weighted([4, 3, 1, 1]) switch
    {
        0 => Words.Romanised(b),
        1 => Words.LatinWord(b),
        2 => Words.LatinLetters(b),
        _ => Words.Measure(b),
    }));

    /// <summary>Words from top to bottom beside each other, sometimes with a number or a word below each.</summary>
    private static void Columns(SceneBuilder b)
    {
        string[] words = [.. Enumerable.Range(0, b.Random.Between(2, 5)).Select(_ => b.Random.Chance(0.5) ? Short(b) : Words.Invented(b, 2, 4, 0.2))];
        Func<SceneBuilder, string>? below = b.Random.Chance(0.5) ? b.Random.Chance(0.7) ? Words.Digits : Short : null;
        bool strips = b.Random.Chance(0.5);
        (Paint ground, Backdrop backdrop) = Ground(b);
        float column = b.Random.Between(80f, 140f), tall = 36 + (words.Max(word => word.Length) * 60);
        var size = new SKSize(column * words.Length, tall + (below is null ? 16 : 66));
        b.Begin(size, below is null ? 46 : 30, 0.4f, backdrop);
        if (!strips)
            b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 16f));
        TextStyle style = Style(b, string.Concat(words) + "0123456789,:-%원", ground, true, false) with { Slant = 0, Stretch = 1, Spacing = 0 };
        for (int i = 0; i < words.Length; i++)
        {
            float left = column * i;
            if (strips)
                b.Board(SKRect.Create(left + 6, 6, column - 12, size.Height - 12), ground);
            b.Text(words[i], left + (column / 2), 30, 50, style with { Vertical = true }, TextRole.Plain);
            if (below is not null)
            {
                string under = below(b);
                b.TextIn(SKRect.Create(left + 12, tall + 6, column - 24, 46), under, 36, Style(b, under, ground, true, false), TextRole.Plain);
            }
        }
    }

    private static string Short(SceneBuilder b)
    {
        string word = Words.Korean(b);
        return word.Length <= 5 && word.All(letter => letter is >= '가' and <= '힣') ? word : Words.Invented(b, 2, 4);
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

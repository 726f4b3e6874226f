using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

internal static partial class StationBoards
{
    /// <summary>A narrow sign on a pillar with the name from top to bottom.</summary>
    private static void Pillar(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        string name = Shown(b, card, 0.4);
        var size = new SKSize(150, 120 + (name.Length * 95));
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.Blue, ColourName.Black, ColourName.Green), line = LinePaint(b, card);
        bool number = card.Number is not null && b.Random.Chance(0.6);
        Record(b, card, ground, number, false);
        b.Begin(size, 44, 0.9f);
        b.Panel(new SKRect(-30, -300, 180, size.Height + 300), SKColor.FromHsv(40, b.Random.Between(0f, 12f), b.Random.Between(55f, 90f)));
        b.Board(SKRect.Create(size), ground);
        b.Panel(new SKRect(0, 0, size.Width, 84), line.Shade);
        if (number)
            b.TextIn(new SKRect(20, 18, 130, 66), card.Number!, 46, b.SignStyle(card.Number!, line), TextRole.Number);
        TextStyle style = b.SignStyle(name, ground) with { Vertical = true, Slant = 0, Stretch = 1, Spacing = 0 };
        b.Text(name, 75, 100, 78, style, TextRole.StationName);
    }

    /// <summary>A strip of the route: this station between its neighbours, each with a dot on the line.</summary>
    private static void Route(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        var size = new SKSize(620, 200);
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.Yellow, ColourName.Gray, ColourName.Black), line = LinePaint(b, card);
        Record(b, card, ground, false, true);
        b.Begin(size, 26, 0.25f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 10f));
        bool below = b.Random.Chance(0.6);
        float y = below ? 140 : 60, text = below ? 70 : 130;
        b.Panel(SKRect.Create(0, y - 12, 620, 24), line.Shade);
        Paint dot = b.Colour(ColourName.White);
        foreach (float x in new[] { 105f, 310f, 515f })
            b.Disc(x, y, x == 310 ? 24 : 15, dot.Shade, Paint.On(dot, b.Random, 4, ColourName.Black, ColourName.Red, ColourName.Blue).Shade, 5);
        TextStyle name = b.SignStyle(card.Name, ground), side = b.SignStyle(card.Previous + card.Next, ground, Paint.On(ground, b.Random, 3, ColourName.Gray, ColourName.Black, ColourName.White));
        b.TextIn(new SKRect(205, text - 40, 415, text + 26), Shown(b, card, 0.2), 58, name, TextRole.StationName);
        b.TextIn(new SKRect(205, below ? text + 26 : text + 32, 415, below ? text + 46 : text + 58), Latin(b, card.Romanised), 26, side, TextRole.Romanised);
        if (card.Previous is { } previous)
            b.TextIn(new SKRect(15, text - 22, 195, text + 22), previous, 36, side, TextRole.PreviousStation);
        if (card.Next is { } next)
            b.TextIn(new SKRect(425, text - 22, 605, text + 22), next, 36, side, TextRole.NextStation);
    }

    /// <summary>A dark sign that hangs from the ceiling: line, name, and the way out.</summary>
    private static void HangingSign(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        var size = new SKSize(560, b.Random.Between(130, 165));
        Paint ground = b.Colour(ColourName.Black, ColourName.Black, ColourName.Gray, ColourName.Blue, ColourName.White), line = LinePaint(b, card);
        Record(b, card, ground, card.Number is not null, false);
        b.Begin(size, 28, 0.4f);
        b.Line(120, -400, 120, 0, 6, new SKColor(130, 130, 135));
        b.Line(440, -400, 440, 0, 6, new SKColor(130, 130, 135));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 8f));
        float middle = size.Height / 2;
        if (card.Number is { } number)
        {
            b.Disc(70, middle, 46, line.Shade);
            b.TextIn(new SKRect(34, middle - 24, 106, middle + 24), number, 40, b.SignStyle(number, line), TextRole.Number);
        }
        else
        {
            b.Panel(new SKRect(20, 20, 110, size.Height - 20), line.Shade, 8);
        }
        TextStyle name = b.SignStyle(card.Full, ground);
        b.TextIn(new SKRect(130, 14, 370, middle + 16), Shown(b, card, 0.5), 62, name, TextRole.StationName, Anchor.Left);
        b.TextIn(new SKRect(130, middle + 24, 370, size.Height - 10), Latin(b, card.Romanised), 30, b.SignStyle(card.Romanised, ground, name.Fill), TextRole.Romanised, Anchor.Left);
        Paint exit = b.Colour(ColourName.Yellow);
        b.Panel(new SKRect(392, 14, 546, size.Height - 14), exit.Shade, 6);
        string way = b.Random.Pick("나가는 곳", "출구", "EXIT", "갈아타는 곳", "타는 곳"), gate = b.Random.Between(1, 12).ToString();
        b.TextIn(new SKRect(402, 22, 536, middle - 4), way, 32, b.SignStyle(way, exit), TextRole.Label);
        b.TextIn(new SKRect(402, middle + 4, 470, size.Height - 22), gate, 40, b.SignStyle(gate, exit), TextRole.Distractor);
        b.Arrow(SKRect.Create(485, middle + 8, 38, 38), b.Random.Pick(0f, 90f, 270f, 45f, 315f), SKColors.Black);
    }

    /// <summary>Nothing but the name, sometimes with its Latin letters, on one colour.</summary>
    private static void Plain(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        bool latin = b.Random.Chance(0.6);
        var size = new SKSize(360, latin ? 200 : 150);
        Paint ground = b.Colour();
        Record(b, card, ground, false, false, line: false);
        b.Begin(size, 34, 0.6f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 14f, 60f), b.Random.Chance(0.3) ? b.Colour() : null);
        TextStyle name = b.SignStyle(card.Full, ground);
        b.TextIn(new SKRect(24, 20, 336, 130), Shown(b, card, 0.8), 92, name, TextRole.StationName);
        if (latin)
            b.TextIn(new SKRect(30, 140, 330, 182), Latin(b, card.Romanised), 40, b.SignStyle(card.Romanised, ground, name.Fill), TextRole.Romanised);
    }

    /// <summary>No layout that anybody uses: the neighbours in a strip above or below, or one above the other at a side; the number above or beside the name; the Latin letters below or above it.</summary>
    private static void Free(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        bool sides = (card.Previous ?? card.Next) is not null && b.Random.Chance(0.75), column = sides && b.Random.Chance(0.4), number = card.Number is not null && b.Random.Chance(0.5);
        var size = new SKSize(b.Random.Between(column ? 480 : 360, 640), b.Random.Between(170, 360));
        Paint ground = b.Colour(), line = LinePaint(b, card), strip = b.Random.Chance(0.5) ? line : ground;
        Record(b, card, ground, number, sides);
        b.Begin(size, 28, 0.35f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 20f), b.Random.Chance(0.2) ? line : null);
        SKRect rest = SKRect.Create(size);
        if (sides)
        {
            SKRect at = Cut(b, ref rest, column ? size.Width * 0.32f : size.Height * b.Random.Between(0.2f, 0.3f), column);
            if (strip != ground)
                b.Panel(at, strip.Shade, name: strip.Name);
            at.Inflate(-14, column ? -18 : -5);
            TextStyle side = b.SignStyle(card.Previous + card.Next, strip);
            SKRect first = column ? new(at.Left, at.Top, at.Right, at.MidY - 6) : new(at.Left, at.Top, at.MidX - 8, at.Bottom);
            SKRect second = column ? new(at.Left, at.MidY + 6, at.Right, at.Bottom) : new(at.MidX + 8, at.Top, at.Right, at.Bottom);
            bool arrows = b.Random.Chance(0.6);
            if (card.Previous is { } previous)
                Side(b, first, previous, column || b.Random.Chance(0.7) ? 270 : 0, arrows, side, TextRole.PreviousStation, Anchor.Left);
            if (card.Next is { } next)
                Side(b, second, next, 90, arrows, side, TextRole.NextStation, column ? Anchor.Left : Anchor.Right);
        }
        rest.Inflate(-16, -12);
        if (number)
        {
            bool beside = b.Random.Chance(0.5);
            SKRect at = Cut(b, ref rest, beside ? Math.Min(rest.Width * 0.24f, rest.Height) : rest.Height * 0.28f, beside, beside ? null : true);
            float radius = (Math.Min(at.Width, at.Height) / 2) - 3;
            bool disc = b.Random.Chance(0.7);
            if (disc)
                b.Disc(at.MidX, at.MidY, radius, line.Shade);
            b.TextIn(SKRect.Create(at.MidX - (radius * 0.72f), at.MidY - (radius * 0.55f), radius * 1.44f, radius * 1.1f), card.Number!, 48, b.SignStyle(card.Number!, disc ? line : ground), TextRole.Number);
        }
        TextStyle name = b.SignStyle(card.Full, ground);
        Anchor anchor = b.Random.Pick(Anchor.Left, Anchor.Centre, Anchor.Centre, Anchor.Right);
        if (b.Random.Chance(0.75))
        {
            SKRect at = Cut(b, ref rest, rest.Height * b.Random.Between(0.26f, 0.38f), false, b.Random.Chance(0.8) ? false : null);
            b.TextIn(at, Latin(b, card.Romanised), 38, b.SignStyle(card.Romanised, ground, name.Fill), TextRole.Romanised, anchor);
        }
        b.TextIn(rest, Shown(b, card, 0.4), b.Random.Between(60f, 120f), name, TextRole.StationName, anchor);
    }

    // Takes a strip off a side of what is left: the first (left, top) or the last, any where neither is asked for.
    private static SKRect Cut(SceneBuilder b, ref SKRect rest, float length, bool column, bool? end = null)
    {
        bool first = end ?? b.Random.Chance(0.5);
        SKRect all = rest;
        if (column)
        {
            rest = first ? new(all.Left + length, all.Top, all.Right, all.Bottom) : new(all.Left, all.Top, all.Right - length, all.Bottom);
            return first ? new(all.Left, all.Top, rest.Left, all.Bottom) : new(rest.Right, all.Top, all.Right, all.Bottom);
        }
        rest = first ? new(all.Left, all.Top + length, all.Right, all.Bottom) : new(all.Left, all.Top, all.Right, all.Bottom - length);
        return first ? new(all.Left, all.Top, all.Right, rest.Top) : new(all.Left, rest.Bottom, all.Right, all.Bottom);
    }

    private static void Side(SceneBuilder b, SKRect room, string name, float degrees, bool arrow, TextStyle style, TextRole role, Anchor anchor)
    {
        if (arrow)
        {
            float side = Math.Min(26, room.Height * 0.6f);
            bool left = anchor == Anchor.Left;
            b.Arrow(SKRect.Create(left ? room.Left : room.Right - side, room.MidY - (side / 2), side, side), degrees, style.Fill.Shade, b.Random.Chance(0.4));
            room = left ? new(room.Left + side + 8, room.Top, room.Right, room.Bottom) : new(room.Left, room.Top, room.Right - side - 8, room.Bottom);
        }
        b.TextIn(room, name, 40, style, role, anchor);
    }

    /// <summary>A round badge with the number above the name, neighbours in a footer.</summary>
    private static void Badge(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        var size = new SKSize(400, 360);
        Paint ground = b.Colour(ColourName.White, ColourName.SkyBlue, ColourName.Yellow, ColourName.Black), line = LinePaint(b, card);
        Record(b, card, ground, card.Number is not null, true);
        b.Begin(size, 28, 0.4f);
        b.Board(SKRect.Create(size), ground, 30);
        b.Disc(200, 76, 58, line.Shade);
        if (card.Number is { } number)
            b.TextIn(new SKRect(154, 48, 246, 104), number, 48, b.SignStyle(number, line), TextRole.Number);
        TextStyle name = b.SignStyle(card.Full, ground);
        b.TextIn(new SKRect(24, 146, 376, 226), Shown(b, card, 0.3), 78, name, TextRole.StationName);
        b.TextIn(new SKRect(40, 236, 360, 272), Latin(b, card.Romanised), 34, b.SignStyle(card.Romanised, ground, name.Fill), TextRole.Romanised);
        b.Panel(new SKRect(0, 292, 400, 360), line.Shade, 20);
        TextStyle side = b.SignStyle(card.Previous + card.Next, line);
        if (card.Previous is { } previous)
            b.TextIn(new SKRect(20, 306, 190, 346), previous, 34, side, TextRole.PreviousStation, Anchor.Left);
        if (card.Next is { } next)
            b.TextIn(new SKRect(210, 306, 380, 346), next, 34, side, TextRole.NextStation, Anchor.Right);
    }

    /// <summary>A lit box in the line's colour, the neighbours one above the other on its right.</summary>
    private static void LightBox(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        var size = new SKSize(600, 190);
        Paint ground = LinePaint(b, card);
        Record(b, card, ground, false, true);
        b.Begin(size, 28, 0.3f);
        b.Board(SKRect.Create(size), ground, 6, b.Colour(ColourName.Black, ColourName.Gray));
        TextStyle name = b.SignStyle(card.Full, ground, Paint.On(ground, b.Random, 2.5, ColourName.White, ColourName.Black));
        b.TextIn(new SKRect(26, 26, 370, 120), Shown(b, card, 0.4), 86, name, TextRole.StationName, Anchor.Left);
        b.TextIn(new SKRect(26, 130, 370, 170), Latin(b, card.Romanised), 34, b.SignStyle(card.Romanised, ground, name.Fill), TextRole.Romanised, Anchor.Left);
        b.Line(392, 20, 392, 170, 3, name.Fill.Shade);
        if (card.Previous is { } previous)
        {
            b.Arrow(SKRect.Create(406, 46, 28, 28), 270, name.Fill.Shade);
            b.TextIn(new SKRect(444, 36, 586, 84), previous, 36, name, TextRole.PreviousStation, Anchor.Left);
        }
        if (card.Next is { } next)
        {
            b.Arrow(SKRect.Create(406, 116, 28, 28), 90, name.Fill.Shade);
            b.TextIn(new SKRect(444, 106, 586, 154), next, 36, name, TextRole.NextStation, Anchor.Left);
        }
    }
}

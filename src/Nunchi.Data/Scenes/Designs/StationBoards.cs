using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Name boards of railway stations.</summary>
internal static partial class StationBoards
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("station_panel", SceneKind.Station, false, Panel),
        new("station_band", SceneKind.Station, false, Band),
        new("station_enamel", SceneKind.Station, false, Enamel),
        new("station_led", SceneKind.Station, false, Led),
        new("station_pillar", SceneKind.Station, false, Pillar),
        new("station_route", SceneKind.Station, false, Route),
        new("station_hanging", SceneKind.Station, false, HangingSign),
        new("station_plain", SceneKind.Station, false, Plain),
        new("station_free", SceneKind.Station, false, Free),
        new("station_badge", SceneKind.Station, true, Badge),
        new("station_lightbox", SceneKind.Station, true, LightBox),
    ];

    private static Paint LinePaint(SceneBuilder b, StationCard card) =>
        card.LineColour == ColourName.None ? b.Colour() : Paint.Sample(card.LineColour, b.Random);

    private static string Shown(SceneBuilder b, StationCard card, double suffix = 0.3) => b.Random.Chance(suffix) ? card.Full : card.Name;

    private static string Latin(SceneBuilder b, string romanised) => b.Random.Weighted([6, 1.5, 1]) switch
    {
        0 => romanised,
        1 => romanised + " Station",
        _ => romanised.ToUpperInvariant(),
    };

    private static void Record(SceneBuilder b, StationCard card, Paint ground, bool number, bool neighbours, bool line = true) =>
        b.Facts = new SceneFacts { Station = card.Facts(number, neighbours, line), BoardColour = ground.Name };

    /// <summary>A white or dark panel with a band in the line's colour above or below and the neighbours beside the name.</summary>
    private static void Panel(SceneBuilder b) => Sample(b, StationCards.Pick(b));

    internal static void Sample(SceneBuilder b, StationCard card)
    {
        var size = new SKSize(b.Random.Between(520, 640), b.Random.Between(190, 250));
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.White, ColourName.Black, ColourName.Blue, ColourName.Gray), line = LinePaint(b, card);
        bool number = card.Number is not null && b.Random.Chance(0.7), neighbours = card.Previous is not null || card.Next is not null, bottom = b.Random.Chance(0.5);
        Record(b, card, ground, number, neighbours);
        b.Begin(size, 26, 0.25f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 12f));
        float band = size.Height * b.Random.Between(0.12f, 0.2f);
        b.Panel(SKRect.Create(0, bottom ? size.Height - band : 0, size.Width, band), line.Shade);
        float top = bottom ? 0 : band, room = size.Height - band;
        TextStyle big = b.SignStyle(card.Full, ground, Ink(b, ground)), small = b.SignStyle(card.Romanised, ground, big.Fill);
        float left = size.Width * 0.27f, right = size.Width * 0.73f;
        if (number)
        {
            float radius = room * 0.17f;
            var at = new SKPoint(size.Width / 2, top + (room * 0.2f));
            b.Disc(at.X, at.Y, radius, ground.Shade, line.Shade, radius * 0.2f);
            b.TextIn(SKRect.Create(at.X - (radius * 0.72f), at.Y - (radius * 0.5f), radius * 1.44f, radius), card.Number!, 28, b.SignStyle(card.Number!, ground, Paint.On(ground, b.Random, 3, ColourName.Black, ColourName.White)), TextRole.Number);
        }
        b.TextIn(SKRect.Create(left, top + (room * (number ? 0.38f : 0.14f)), right - left, room * (number ? 0.36f : 0.48f)), Shown(b, card), room * 0.42f, big, TextRole.StationName);
        b.TextIn(SKRect.Create(left, top + (room * 0.76f), right - left, room * 0.18f), Latin(b, card.Romanised), 30, small, TextRole.Romanised);
        if (card.Previous is { } previous)
            Neighbour(b, new SKRect(14, top + (room * 0.25f), left - 10, top + (room * 0.85f)), previous, card.PreviousRomanised, true, small, TextRole.PreviousStation, line);
        if (card.Next is { } next)
            Neighbour(b, new SKRect(right + 10, top + (room * 0.25f), size.Width - 14, top + (room * 0.85f)), next, card.NextRomanised, false, small, TextRole.NextStation, line);
    }

    private static Paint Ink(SceneBuilder b, Paint ground) =>
        b.Random.Chance(0.75) ? Paint.On(ground, b.Random, 4.5, ColourName.Black, ColourName.White, ColourName.Blue) : Paint.On(ground, b.Random, 4);

    private static void Neighbour(SceneBuilder b, SKRect room, string name, string? latin, bool left, TextStyle style, TextRole role, Paint line)
    {
        Anchor anchor = left ? Anchor.Left : Anchor.Right;
        float arrow = Math.Min(26, room.Height * 0.3f);
        bool beside = b.Random.Chance(0.5);
        SKRect at = beside
            ? SKRect.Create(left ? room.Left : room.Right - arrow, room.Top + (room.Height * 0.2f), arrow, arrow)
            : SKRect.Create(left ? room.Left : room.Right - arrow, room.Top - (arrow * 0.2f), arrow, arrow);
        b.Arrow(at, left ? 270 : 90, b.Random.Chance(0.5) ? line.Shade : style.Fill.Shade, b.Random.Chance(0.4));
        SKRect text = new(room.Left + (beside && left ? arrow + 8 : 0), room.Top + (beside ? 0 : arrow), room.Right - (beside && !left ? arrow + 8 : 0), room.Top + (beside ? room.Height * 0.55f : arrow + (room.Height * 0.4f)));
        b.TextIn(text, name, 34, style, role, anchor);
        if (latin is not null && b.Random.Chance(0.4))
            b.TextIn(new SKRect(text.Left, text.Bottom + 4, text.Right, text.Bottom + 30), latin, 20, style, TextRole.Romanised, anchor);
    }

    /// <summary>A board filled with the line's colour whose name stands on a white lozenge.</summary>
    private static void Band(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        var size = new SKSize(600, b.Random.Between(150, 210));
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.Gray, ColourName.SkyBlue), line = LinePaint(b, card);
        Record(b, card, ground, false, true);
        b.Begin(size, 26, 0.25f);
        b.Board(SKRect.Create(size), ground);
        float middle = size.Height * 0.5f, half = size.Height * b.Random.Between(0.2f, 0.28f);
        b.Panel(new SKRect(0, middle - half, size.Width, middle + half), line.Shade);
        SKRect plate = new(175, size.Height * 0.08f, 425, size.Height * 0.92f);
        Paint white = b.Colour(ColourName.White);
        b.Panel(plate, white.Shade, b.Random.Pick(0f, 20f, plate.Height / 2), line.Shade, 6);
        TextStyle name = b.SignStyle(card.Name, white, Ink(b, white));
        b.TextIn(new SKRect(200, plate.Top + (plate.Height * 0.12f), 400, plate.Top + (plate.Height * 0.6f)), Shown(b, card, 0.15), 70, name, TextRole.StationName);
        b.TextIn(new SKRect(200, plate.Top + (plate.Height * 0.64f), 400, plate.Top + (plate.Height * 0.86f)), Latin(b, card.Romanised), 28, name, TextRole.Romanised);
        TextStyle side = b.SignStyle(card.Previous + card.Next, line);
        if (card.Previous is { } previous)
            b.TextIn(new SKRect(14, middle - (half * 0.75f), 165, middle + (half * 0.75f)), previous, 40, side, TextRole.PreviousStation);
        if (card.Next is { } next)
            b.TextIn(new SKRect(435, middle - (half * 0.75f), 586, middle + (half * 0.75f)), next, 40, side, TextRole.NextStation);
    }

    /// <summary>The board of a country railway: the name in large letters, below it the two neighbours with pointers.</summary>
    private static void Enamel(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        var size = new SKSize(420, b.Random.Between(270, 340));
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.Blue, ColourName.Green, ColourName.Brown), edge = Paint.On(ground, b.Random, 2.5);
        Record(b, card, ground, false, true, line: false);
        b.Begin(size, 30, 0.5f);
        b.Panel(new SKRect(60, size.Height - 10, 76, size.Height + 400), new SKColor(110, 110, 115));
        b.Panel(new SKRect(344, size.Height - 10, 360, size.Height + 400), new SKColor(110, 110, 115));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 16f), b.Random.Chance(0.6) ? edge : null);
        TextStyle name = b.SignStyle(card.Full, ground);
        b.TextIn(new SKRect(30, size.Height * 0.08f, 390, size.Height * 0.45f), Shown(b, card, 0.5), 110, name, TextRole.StationName);
        b.TextIn(new SKRect(40, size.Height * 0.5f, 380, size.Height * 0.64f), Latin(b, card.Romanised), 38, b.SignStyle(card.Romanised, ground, name.Fill), TextRole.Romanised);
        Paint stripe = b.Random.Chance(0.5) ? ground : edge;
        if (stripe != ground)
            b.Panel(new SKRect(0, size.Height * 0.72f, size.Width, size.Height), stripe.Shade);
        TextStyle side = b.SignStyle(card.Previous + card.Next, stripe);
        float y = size.Height * 0.86f;
        if (card.Previous is { } previous)
        {
            b.Arrow(SKRect.Create(16, y - 14, 28, 28), 270, side.Fill.Shade, true);
            b.TextIn(new SKRect(52, y - 24, 200, y + 24), previous, 36, side, TextRole.PreviousStation, Anchor.Left);
        }
        if (card.Next is { } next)
        {
            b.Arrow(SKRect.Create(376, y - 14, 28, 28), 90, side.Fill.Shade, true);
            b.TextIn(new SKRect(220, y - 24, 368, y + 24), next, 36, side, TextRole.NextStation, Anchor.Right);
        }
    }

    /// <summary>Glowing letters on black: this station, and the next one.</summary>
    private static void Led(SceneBuilder b)
    {
        StationCard card = StationCards.Pick(b);
        bool next = card.Next is not null && b.Random.Chance(0.5);
        var size = new SKSize(480, next ? 190 : 130);
        Paint ground = b.Colour(ColourName.Black);
        b.Facts = new SceneFacts { Station = card.Facts(false, false, false) with { Next = next ? card.Next : null }, BoardColour = ground.Name };
        b.Begin(size, 34, 0.4f);
        b.Board(SKRect.Create(size), ground, 4, b.Colour(ColourName.Gray));
        Paint glow = b.Colour(ColourName.Orange, ColourName.Orange, ColourName.Green, ColourName.Red, ColourName.Yellow, ColourName.White);
        TextStyle style = b.SignStyle(card.Name + "이번역다음은입니다" + card.Next, ground, glow) with { Outline = glow.Shade.WithAlpha(50), OutlineWidth = 0.07f };
        string[] lead = b.Random.Pick<string[]>(["이번 역은", "다음 역은"], ["이번역", "다음역"], ["현재 역", "다음 역"], ["이번 정차역", "다음 정차역"]);
        float row = next ? 95 : 130;
        b.TextIn(new SKRect(20, 20, 200, row - 20), lead[0], 42, style, TextRole.Label, Anchor.Left);
        b.TextIn(new SKRect(215, 15, 460, row - 15), Shown(b, card, 0.4), 66, style with { Fill = b.Random.Chance(0.5) ? glow : b.Colour(ColourName.Green, ColourName.Yellow, ColourName.White) }, TextRole.StationName, Anchor.Left);
        if (next)
        {
            b.TextIn(new SKRect(20, row + 15, 200, 175), lead[1], 42, style, TextRole.Label, Anchor.Left);
            b.TextIn(new SKRect(215, row + 10, 460, 180), card.Next!, 60, style, TextRole.NextStation, Anchor.Left);
        }
    }
}

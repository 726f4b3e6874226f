using Nunchi.Data.Corpus;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Signs at roads: directions with distances, street names, speed limits, sights.</summary>
internal static class RoadSigns
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("road_directions", SceneKind.RoadSign, false, Directions),
        new("road_distance", SceneKind.RoadSign, false, Distances),
        new("road_name", SceneKind.RoadSign, false, StreetName),
        new("road_speed", SceneKind.RoadSign, false, Speed),
        new("road_sight", SceneKind.RoadSign, false, Sight),
        new("road_crossing", SceneKind.RoadSign, true, Crossing),
        new("road_speed_board", SceneKind.RoadSign, true, SpeedBoard),
    ];

    private static readonly (string Key, float Degrees)[] Ways = [("left", 270), ("straight", 0), ("right", 90)];

    private static Backdrop Outdoors(SceneBuilder b) => b.Random.Pick(Backdrops.Meadow, Backdrops.Street, Backdrops.Leaves, Backdrops.Gradient, Backdrops.Sand, Backdrops.Plain);

    private static Paint Ground(SceneBuilder b) => b.Colour(ColourName.Blue, ColourName.Green, ColourName.Green, ColourName.Blue, ColourName.Brown);

    private static List<string> Names(SceneBuilder b, int count)
    {
        var names = new List<string>();
        while (names.Count < count)
        {
            string name = Places.Destination(b);
            if (!names.Contains(name))
                names.Add(name);
        }
        return names;
    }

    private static float Distance(SceneBuilder b) => b.Random.Chance(0.3) ? b.Random.Between(1, 9) / 10f : b.Random.Between(1, 120);

    private static void Poles(SceneBuilder b, SKSize size)
    {
        b.Panel(new SKRect(size.Width * 0.2f, size.Height - 4, (size.Width * 0.2f) + 12, size.Height + 900), new SKColor(140, 142, 145));
        b.Panel(new SKRect((size.Width * 0.8f) - 12, size.Height - 4, size.Width * 0.8f, size.Height + 900), new SKColor(140, 142, 145));
    }

    private static void Directions(SceneBuilder b)
    {
        int rows = b.Random.Between(1, 3);
        List<string> names = Names(b, rows);
        bool distances = b.Random.Chance(0.6), latin = b.Random.Chance(0.4);
        List<SignedPlace> places = [.. names.Select(n => new SignedPlace(n, b.Random.Pick(Ways).Key, distances ? Distance(b) : null))];
        Paint ground = Ground(b), white = b.Colour(ColourName.White);
        b.Facts = new SceneFacts { RoadSign = new RoadSignFacts(places, null), BoardColour = ground.Name };
        float row = latin ? 112 : 84;
        var size = new SKSize(480, (row * rows) + 24);
        b.Begin(size, latin ? 28 : 34, 0.5f, Outdoors(b));
        Poles(b, size);
        b.Board(SKRect.Create(size), ground, 14, white);
        TextStyle style = b.SignStyle("0123456789.km" + string.Concat(names), ground, white);
        for (int i = 0; i < rows; i++)
        {
            float top = 12 + (i * row), middle = top + (row / 2);
            float degrees = Ways.First(w => w.Key == places[i].Direction).Degrees;
            bool atRight = places[i].Direction == "right";
            b.Arrow(SKRect.Create(atRight ? 408 : 24, middle - 24, 48, 48), degrees, white.Shade);
            float left = atRight ? 30 : 92, right = atRight ? 392 : 456, nameRight = distances ? right - 120 : right;
            b.TextIn(new SKRect(left, top + 8, nameRight, latin ? top + 66 : top + row - 8), names[i], 54, style, TextRole.Destination, Anchor.Left);
            if (latin)
                b.TextIn(new SKRect(left, top + 72, nameRight, top + row - 8), Romanisation.Of(names[i]), 29, style, TextRole.Romanised, Anchor.Left);
            if (distances)
                b.TextIn(new SKRect(right - 110, middle - 24, right, middle + 24), Words.Kilometres(places[i].Kilometres!.Value), 38, style, TextRole.Distance, Anchor.Right);
        }
    }

    private static void Distances(SceneBuilder b)
    {
        int rows = b.Random.Between(2, 4);
        List<string> names = Names(b, rows);
        List<SignedPlace> places = [.. names.Select(n => new SignedPlace(n, null, b.Random.Between(1, 320)))];
        Paint ground = Ground(b), white = b.Colour(ColourName.White);
        b.Facts = new SceneFacts { RoadSign = new RoadSignFacts(places, null), BoardColour = ground.Name };
        var size = new SKSize(380, (rows * 66) + 24);
        b.Begin(size, 38, 0.5f, Outdoors(b));
        Poles(b, size);
        b.Board(SKRect.Create(size), ground, 12, white);
        TextStyle style = b.SignStyle("0123456789.km" + string.Concat(names), ground, white);
        for (int i = 0; i < rows; i++)
        {
            float middle = 12 + (i * 66) + 33;
            b.TextIn(new SKRect(24, middle - 28, 220, middle + 28), names[i], 44, style, TextRole.Destination, Anchor.Left);
            b.TextIn(new SKRect(230, middle - 28, 356, middle + 28), Words.Kilometres(places[i].Kilometres!.Value), 42, style, TextRole.Distance, Anchor.Right);
        }
    }

    private static void StreetName(SceneBuilder b)
    {
        string road = Places.Road(b), number = b.Random.Between(1, 399).ToString();
        Paint ground = b.Colour(ColourName.Blue, ColourName.Blue, ColourName.Green, ColourName.White);
        b.Facts = new SceneFacts { RoadSign = new RoadSignFacts([new SignedPlace(road, null, null)], null), BoardColour = ground.Name };
        var size = new SKSize(460, 160);
        b.Begin(size, 34, 0.6f, Outdoors(b));
        TextStyle style = b.SignStyle(road + number, ground, Paint.On(ground, b.Random, 3, ColourName.White, ColourName.Black));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 10f, 30f), style.Fill);
        b.TextIn(new SKRect(24, 16, 330, 96), road, 70, style, TextRole.Destination);
        b.TextIn(new SKRect(340, 22, 440, 136), number, 64, style, TextRole.Number);
        b.TextIn(new SKRect(30, 104, 330, 146), Latin(road), 36, b.SignStyle(Latin(road), ground, style.Fill), TextRole.Romanised);
    }

    private static string Latin(string road)
    {
        foreach ((string korean, string suffix) in new[] { ("대로", "-daero"), ("로", "-ro"), ("길", "-gil") })
        {
            if (road.EndsWith(korean, StringComparison.Ordinal) && road.Length > korean.Length + 1 && !char.IsAsciiDigit(road[^2]) && !road.EndsWith("번길", StringComparison.Ordinal))
                return Romanisation.Of(road[..^korean.Length]) + suffix;
        }
        return Romanisation.Of(road);
    }

    private static void Speed(SceneBuilder b)
    {
        int limit = b.Random.Pick(20, 30, 30, 40, 50, 50, 60, 70, 80, 90, 100, 110);
        bool zone = b.Random.Chance(0.5);
        Paint white = b.Colour(ColourName.White, ColourName.White, ColourName.Yellow), red = b.Colour(ColourName.Red);
        b.Facts = new SceneFacts { RoadSign = new RoadSignFacts([], limit), BoardColour = white.Name };
        var size = new SKSize(260, zone ? 350 : 270);
        b.Begin(size, zone ? 40 : 90, 0.9f, Outdoors(b));
        b.Panel(new SKRect(124, 240, 136, 1200), new SKColor(150, 150, 155));
        b.Disc(130, 130, 126, white.Shade, red.Shade, 26);
        b.TextIn(new SKRect(48, 70, 212, 190), limit.ToString(), 110, b.SignStyle(limit.ToString(), white, b.Colour(ColourName.Black)), TextRole.SpeedLimit);
        if (zone)
        {
            string text = b.Random.Pick("어린이 보호구역", "천천히", "속도를 줄이시오", "단속 구간", "학교 앞 천천히");
            Paint plate = b.Colour(ColourName.Yellow, ColourName.White, ColourName.Blue);
            b.Panel(new SKRect(0, 272, 260, 344), plate.Shade, 6);
            b.TextIn(new SKRect(12, 278, 248, 338), text, 48, b.SignStyle(text, plate), TextRole.Body);
        }
    }

    private static void Sight(SceneBuilder b)
    {
        string name = Places.Sight(b);
        float distance = Distance(b);
        (string way, float degrees) = b.Random.Pick(Ways);
        Paint ground = b.Colour(ColourName.Brown), white = b.Colour(ColourName.White);
        b.Facts = new SceneFacts { RoadSign = new RoadSignFacts([new SignedPlace(name, way, distance)], null), BoardColour = ground.Name };
        var size = new SKSize(420, 170);
        b.Begin(size, 34, 0.6f, Outdoors(b));
        Poles(b, size);
        b.Board(SKRect.Create(size), ground, 12, white);
        TextStyle style = b.SignStyle(name + "0123456789.km", ground, white);
        b.TextIn(new SKRect(24, 18, 396, 92), name, 66, style, TextRole.Destination);
        b.Arrow(SKRect.Create(90, 104, 50, 50), degrees, white.Shade);
        b.TextIn(new SKRect(170, 102, 380, 156), Words.Kilometres(distance), 46, style, TextRole.Distance, Anchor.Left);
    }

    private static void Crossing(SceneBuilder b)
    {
        List<string> names = Names(b, 3);
        List<SignedPlace> places = [new(names[0], "straight", null), new(names[1], "left", null), new(names[2], "right", null)];
        Paint ground = Ground(b), white = b.Colour(ColourName.White);
        b.Facts = new SceneFacts { RoadSign = new RoadSignFacts(places, null), BoardColour = ground.Name };
        var size = new SKSize(520, 300);
        b.Begin(size, 38, 0.4f, Outdoors(b));
        Poles(b, size);
        b.Board(SKRect.Create(size), ground, 16, white);
        b.Panel(new SKRect(248, 120, 272, 290), white.Shade);
        b.Panel(new SKRect(150, 196, 370, 218), white.Shade);
        b.Arrow(SKRect.Create(230, 88, 60, 50), 0, white.Shade, true);
        b.Arrow(SKRect.Create(112, 182, 50, 50), 270, white.Shade, true);
        b.Arrow(SKRect.Create(358, 182, 50, 50), 90, white.Shade, true);
        TextStyle style = b.SignStyle(string.Concat(names), ground, white);
        b.TextIn(new SKRect(120, 20, 400, 80), names[0], 50, style, TextRole.Destination);
        b.TextIn(new SKRect(20, 120, 200, 176), names[1], 44, style, TextRole.Destination);
        b.TextIn(new SKRect(320, 120, 500, 176), names[2], 44, style, TextRole.Destination);
    }

    private static void SpeedBoard(SceneBuilder b)
    {
        int limit = b.Random.Pick(30, 50, 60, 80, 100);
        Paint ground = b.Colour(ColourName.White, ColourName.Yellow, ColourName.Blue);
        b.Facts = new SceneFacts { RoadSign = new RoadSignFacts([], limit), BoardColour = ground.Name };
        var size = new SKSize(300, 320);
        b.Begin(size, 44, 0.6f, Outdoors(b));
        b.Board(SKRect.Create(size), ground, 12);
        TextStyle style = b.SignStyle("최고속도시속0123456789", ground);
        b.TextIn(new SKRect(20, 20, 280, 84), "최고속도", 52, style, TextRole.Label);
        b.TextIn(new SKRect(40, 100, 260, 240), limit.ToString(), 130, style, TextRole.SpeedLimit);
        b.TextIn(new SKRect(40, 254, 260, 306), "km/h", 44, b.SignStyle("km/h", ground, style.Fill), TextRole.Label);
    }
}

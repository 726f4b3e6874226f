using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Things and writing in one picture, and writing that nobody can read.</summary>
internal static class Mixed
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("playground_sign", SceneKind.Playground, false, PlaygroundSign),
        new("table_prices", SceneKind.Table, false, Stall),
        new("table_note", SceneKind.Table, true, Note),
        new("unreadable_blur", SceneKind.Unreadable, false, Blurred),
        new("unreadable_tiny", SceneKind.Unreadable, false, Tiny),
    ];

    private static void PlaygroundSign(SceneBuilder b)
    {
        var size = new SKSize(480, b.Random.Between(340, 460));
        b.Begin(size, 34, 0, b.Random.Pick(Backdrops.Meadow, Backdrops.Sand, Backdrops.Street, Backdrops.Leaves), 0.4f);
        string text = b.Random.Chance(0.5) ? SplitChoice.Pick(b, Notices.All, n => n.Title).Title : SplitChoice.Pick(b, (string[])["놀이터", "어린이 공원", "쉼터", "꽃밭", "주차장", "화장실", "매표소", "음수대", "산책로", "운동장", "분수 광장", "동물 마을", "숲속 도서관", "안내소"], w => w);
        Paint ground = b.Colour();
        b.Facts = new SceneFacts { BoardColour = ground.Name };
        bool left = b.Random.Chance(0.5);
        float x = left ? 130 : 350, top = b.Random.Between(30f, 70f), width = 200, height = 80;
        b.Panel(new SKRect(x - 6, top + height - 4, x + 6, size.Height * 0.72f), new SKColor(105, 90, 75));
        b.Board(SKRect.Create(x - (width / 2), top, width, height), ground, b.Random.Pick(0f, 10f));
        b.TextIn(SKRect.Create(x - (width / 2) + 14, top + 10, width - 28, height - 20), text, 48, b.SignStyle(text, ground), TextRole.Title);
        int count = b.Random.Between(1, 3);
        for (int i = 0; i < count; i++)
        {
            float at = left ? 270 + (i * 75) : 40 + (i * 75), thing = b.Random.Between(60f, 74f);
            b.Thing(ThingScenes.Any(b, "animal", "vehicle", "playground", "toy", "person", "thing"), at, b.Random.Between(size.Height * 0.55f, size.Height - 60), thing, b.Random.Normal() * 5, b.Random.Chance(0.3), true);
        }
    }

    /// <summary>Fruit or food, each with its price before it.</summary>
    private static void Stall(SceneBuilder b)
    {
        List<ObjectClass> known = [.. b.Assets.Painter.Drawable.Where(c => c.Category is "fruit" or "food" && SplitChoice.Fits(b.Split, c.Korean))];
        List<ObjectClass> chosen = b.Random.Several(known.Count >= 2 ? known : b.Assets.Painter.Drawable, b.Random.Between(2, 3));
        List<PricedItem> items = [.. chosen.Select(c => new PricedItem(c.Korean, b.Random.Between(5, 60) * 200))];
        Paint ground = b.Colour(ColourName.White, ColourName.Yellow, ColourName.Red, ColourName.Green, ColourName.Black);
        b.Facts = new SceneFacts { Prices = items, BoardColour = ground.Name };
        var size = new SKSize(chosen.Count * 190, 320);
        b.Begin(size, 32, 0.2f, b.Random.Pick(Backdrops.Wood, Backdrops.Plaster, Backdrops.Cloth, Backdrops.Tiles), 0.6f);
        TextStyle style = b.SignStyle(string.Concat(items.Select(i => i.Name)) + "0123456789,원", ground);
        for (int i = 0; i < chosen.Count; i++)
        {
            float x = (i * 190) + 95;
            b.Thing(ThingScenes.Look(b, chosen[i], ColourName.None), x, 100, 130, b.Random.Normal() * 5, b.Random.Chance(0.3), true);
            b.Board(SKRect.Create(x - 84, 186, 168, 118), ground, 8);
            b.TextIn(SKRect.Create(x - 74, 194, 148, 48), items[i].Name, 40, style, TextRole.Product);
            b.TextIn(SKRect.Create(x - 76, 246, 152, 48), Words.Won(items[i].Price) + "원", 38, style, TextRole.Price);
        }
    }

    private static void Note(SceneBuilder b)
    {
        var size = new SKSize(420, 340);
        b.Begin(size, 34, 0.1f, b.Random.Pick(Backdrops.Wood, Backdrops.Marble, Backdrops.Cloth), 0.6f);
        Paint paper = b.Colour(ColourName.Yellow, ColourName.Pink, ColourName.White, ColourName.SkyBlue);
        b.Facts = new SceneFacts { BoardColour = paper.Name };
        b.Board(SKRect.Create(30, 40, 190, 190), paper);
        for (int i = 0; i < 3; i++)
        {
            string word = Words.Korean(b);
            b.TextIn(SKRect.Create(42, 56 + (i * 58), 166, 50), word, 38, new TextStyle(b.Face(word), Paint.On(paper, b.Random, 4)), TextRole.Body);
        }
        b.Thing(ThingScenes.Any(b, "food", "fruit", "thing"), 320, 130, 120, b.Random.Normal() * 8);
        b.Thing(ThingScenes.Any(b, "thing", "toy"), b.Random.Between(120f, 320f), 275, 90, b.Random.Normal() * 8);
    }

    private static readonly SceneKind[] Blurrable = [SceneKind.Word, SceneKind.Line, SceneKind.Station, SceneKind.PriceTag, SceneKind.ShopFront, SceneKind.Notice, SceneKind.DoorPlate, SceneKind.RoadSign];

    private static void Blurred(SceneBuilder b)
    {
        b.Harshness = Math.Min(b.Harshness, 0.6f);
        DesignCatalogue.Pick(b.Random.Pick(Blurrable), b.Split, b.Random).Draw(b);
        Spoil(b);
    }

    private static void Tiny(SceneBuilder b)
    {
        int side = b.Random.Between(Math.Max(160, b.Options.MinSide), Math.Max(200, Math.Min(320, b.Options.MaxSide)));
        b.Open(side, (int)(side * b.Random.Between(0.7f, 1.2f)));
        Backdrops.Any(b).Paint(b);
        int count = b.Random.Between(2, 5);
        float x = side * b.Random.Between(0.2f, 0.5f), y = b.Height * b.Random.Between(0.25f, 0.6f);
        Paint ground = b.Colour();
        b.Board(SKRect.Create(x - 10, y - 12, 90, (count * 9) + 16), ground);
        for (int i = 0; i < count; i++)
        {
            string text = Words.Korean(b) + " " + Words.Korean(b);
            b.TextIn(SKRect.Create(x, y - 4 + (i * 9), 70, 8), text, b.Random.Between(2.6f, 4.2f), b.SignStyle(text, ground), TextRole.Plain, Anchor.Left);
        }
        Spoil(b);
    }

    private static void Spoil(SceneBuilder b)
    {
        b.Facts = new SceneFacts();
        b.Objects.Clear();
        foreach (PlacedText text in b.Texts)
            text.Illegible = true;
    }
}

using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Menu boards and market stalls with names and prices.</summary>
internal static class Menus
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("menu_list", SceneKind.Menu, false, List),
        new("menu_chalk", SceneKind.Menu, false, Chalk),
        new("menu_columns", SceneKind.Menu, false, Columns),
        new("menu_vertical", SceneKind.Menu, true, Wall),
        new("menu_cards", SceneKind.Menu, true, Cards),
    ];

    private static List<PricedItem> Items(SceneBuilder b, int count)
    {
        IReadOnlyList<Goods> goods = b.Random.Pick(GoodsLists.Cafe, GoodsLists.Kitchen, GoodsLists.Kitchen);
        return [.. GoodsLists.Several(b, goods, count).Select(g => new PricedItem(g.Name, PriceTags.Price(b, g)))];
    }

    private static string Price(SceneBuilder b, PricedItem item, int form) => form switch { 0 => Words.Won(item.Price), 1 => Words.Won(item.Price) + "원", _ => item.Price.ToString() };

    private static void List(SceneBuilder b) => Rows(b, b.Colour(), Backdrops.Any(b), null);

    private static void Chalk(SceneBuilder b) =>
        Rows(b, b.Colour(ColourName.Black, ColourName.Green, ColourName.Gray), b.Random.Pick(Backdrops.Brick, Backdrops.Wood, Backdrops.Plaster), b.Colour(ColourName.Brown));

    private static void Rows(SceneBuilder b, Paint ground, Backdrop backdrop, Paint? frame)
    {
        List<PricedItem> items = Items(b, b.Random.Between(2, 7));
        b.Facts = new SceneFacts { Prices = items, BoardColour = ground.Name };
        float row = b.Random.Between(46f, 60f), letter = b.Random.Between(30f, 36f), head = 84;
        var size = new SKSize(b.Random.Between(380, 460), head + (row * items.Count) + 24);
        b.Begin(size, letter, 0.3f, backdrop);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 10f), frame);
        string title = b.Random.Pick("메뉴", "차림표", "MENU", "오늘의 메뉴", "메뉴판", "가격표");
        string letters = title + "0123456789,원" + string.Concat(items.Select(i => i.Name));
        TextStyle style = b.SignStyle(letters, ground);
        Paint accent = b.Random.Chance(0.4) ? Paint.On(ground, b.Random) : style.Fill;
        b.TextIn(SKRect.Create(24, 18, size.Width - 48, 52), title, 50, style with { Fill = accent }, TextRole.Title);
        int form = b.Random.Next(3);
        bool dots = b.Random.Chance(0.35);
        float y = head + (row / 2);
        foreach (PricedItem item in items)
        {
            PlacedText name = b.TextIn(SKRect.Create(28, y - (row / 2), (size.Width * 0.58f) - 28, row), item.Name, letter, style, TextRole.Product, Anchor.Left);
            PlacedText price = b.TextIn(SKRect.Create(size.Width * 0.6f, y - (row / 2), (size.Width * 0.4f) - 28, row), Price(b, item, form), letter, style with { Fill = accent }, TextRole.Price, Anchor.Right);
            if (dots)
                b.Line(name.Area.Right + 10, y + (letter * 0.3f), price.Area.Left - 10, y + (letter * 0.3f), 3, style.Fill.Shade, 4);
            y += row;
        }
    }

    private static void Columns(SceneBuilder b)
    {
        int rows = b.Random.Between(2, 4);
        List<PricedItem> items = Items(b, rows * 2);
        Paint ground = b.Colour();
        b.Facts = new SceneFacts { Prices = items, BoardColour = ground.Name };
        float row = 62;
        var size = new SKSize(660, 30 + (row * rows) + 20);
        b.Begin(size, 29, 0.2f, tilt: 0.8f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 10f));
        TextStyle style = b.SignStyle("0123456789,원" + string.Concat(items.Select(i => i.Name)), ground);
        int form = b.Random.Next(2);
        for (int i = 0; i < items.Count; i++)
        {
            float x = i % 2 == 0 ? 20 : 350, y = 22 + (row * (i / 2)) + (row / 2);
            b.TextIn(SKRect.Create(x, y - 24, 160, 48), items[i].Name, 33, style, TextRole.Product, Anchor.Left);
            b.TextIn(SKRect.Create(x + 175, y - 24, 115, 48), Price(b, items[i], form), 32, style, TextRole.Price, Anchor.Right);
        }
    }

    /// <summary>Paper strips on a wall, one dish each, with its price below.</summary>
    private static void Wall(SceneBuilder b)
    {
        List<PricedItem> items = [.. Items(b, 6).Where(i => i.Name.Length <= 4).Take(3)];
        if (items.Count == 0)
            items = [new PricedItem(GoodsLists.One(b, GoodsLists.Kitchen.Where(g => g.Name.Length <= 4).ToList()).Name, 9000)];
        Paint paper = b.Colour(ColourName.White, ColourName.Yellow, ColourName.Pink);
        b.Facts = new SceneFacts { Prices = items, BoardColour = paper.Name };
        float tall = 40 + (items.Max(i => i.Name.Length) * 62);
        var size = new SKSize(items.Count * 150, tall + 80);
        b.Begin(size, 36, 0.4f);
        TextStyle style = b.SignStyle("0123456789," + string.Concat(items.Select(i => i.Name)), paper);
        for (int i = 0; i < items.Count; i++)
        {
            float x = i * 150;
            b.Board(SKRect.Create(x + 10, 10, 130, tall + 60), paper);
            b.Text(items[i].Name, x + 75, 34, 50, style with { Vertical = true, Slant = 0, Stretch = 1, Spacing = 0 }, TextRole.Product);
            b.TextIn(SKRect.Create(x + 18, tall + 8, 114, 50), Words.Won(items[i].Price), 36, style, TextRole.Price);
        }
    }

    private static void Cards(SceneBuilder b)
    {
        List<PricedItem> items = Items(b, 4);
        Paint ground = b.Colour();
        b.Facts = new SceneFacts { Prices = items };
        var size = new SKSize(520, 300);
        b.Begin(size, 34, 0.25f);
        for (int i = 0; i < items.Count; i++)
        {
            float x = i % 2 * 260, y = i / 2 * 150;
            Paint card = b.Random.Chance(0.5) ? ground : b.Colour();
            b.Board(SKRect.Create(x + 8, y + 8, 244, 134), card, 14);
            TextStyle style = b.SignStyle("0123456789,원" + items[i].Name, card);
            b.TextIn(SKRect.Create(x + 24, y + 18, 212, 52), items[i].Name, 40, style, TextRole.Product);
            b.TextIn(SKRect.Create(x + 24, y + 78, 212, 52), Words.Won(items[i].Price) + "원", 38, style, TextRole.Price);
        }
    }
}

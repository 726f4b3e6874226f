using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Price tags: a shelf label, a hanging tag, a hand-written card, a sale label, several side by side.</summary>
internal static class PriceTags
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("price_shelf", SceneKind.PriceTag, false, Shelf),
        new("price_card", SceneKind.PriceTag, false, Card),
        new("price_hanging", SceneKind.PriceTag, false, Hanging),
        new("price_sale", SceneKind.PriceTag, false, Sale),
        new("price_row", SceneKind.PriceTag, false, Row),
        new("price_stack", SceneKind.PriceTag, false, Stack),
        new("price_burst", SceneKind.PriceTag, true, Burst),
        new("price_split", SceneKind.PriceTag, true, Split),
    ];

    internal static PricedItem Item(SceneBuilder b, IReadOnlyList<Goods> goods, bool sale = false)
    {
        Goods chosen = GoodsLists.One(b, goods);
        int price = Price(b, chosen);
        return new PricedItem(chosen.Name, price, sale ? (int)(price * b.Random.Between(1.1f, 1.7f) / 100) * 100 + 100 : null);
    }

    internal static int Price(SceneBuilder b, Goods goods)
    {
        int step = goods.Most < 3000 ? 50 : goods.Most < 30000 ? b.Random.Pick(100, 500, 500) : b.Random.Pick(500, 1000);
        return Math.Max(step, b.Random.Between(goods.Least / step, goods.Most / step) * step);
    }

    internal static string Amount(SceneBuilder b, int price) => b.Random.Weighted([5, 2, 1.5]) switch
    {
        0 => Words.Won(price) + "원",
        1 => Words.Won(price),
        _ => "₩" + Words.Won(price),
    };

    private static string Safe(SceneBuilder b, string amount) =>
        amount[0] == '₩' && !b.Assets.Faces(b.Split, b.Options.FontCount).Any(f => f.Has('₩')) ? amount[1..] + "원" : amount;

    private static (PricedItem Item, Paint Ground) Begin(SceneBuilder b, SKSize size, float smallest, bool sale = false)
    {
        PricedItem item = Item(b, b.Random.Pick(GoodsLists.Grocery, GoodsLists.Grocery, GoodsLists.All), sale);
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.White, ColourName.Yellow, ColourName.Yellow, ColourName.SkyBlue, ColourName.Pink, ColourName.Red, ColourName.Orange, ColourName.Black, ColourName.Green);
        b.Facts = new SceneFacts { Prices = [item], BoardColour = ground.Name };
        b.Begin(size, smallest);
        return (item, ground);
    }

    private static void Shelf(SceneBuilder b)
    {
        var size = new SKSize(300, b.Random.Between(130, 190));
        (PricedItem item, Paint ground) = Begin(b, size, 34);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 6f, 16f), b.Random.Chance(0.5) ? b.Colour() : null);
        bool left = b.Random.Chance(0.5);
        float split = size.Height * b.Random.Between(0.38f, 0.48f);
        TextStyle name = b.SignStyle(item.Name, ground);
        string amount = Safe(b, Amount(b, item.Price));
        TextStyle price = b.SignStyle(amount, ground, b.Random.Chance(0.4) ? Paint.On(ground, b.Random, 3, ColourName.Red, ColourName.Blue, ColourName.Black) : name.Fill);
        b.TextIn(new SKRect(18, 10, 282, split), item.Name, b.Random.Between(34, 46), name, TextRole.Product, left ? Anchor.Left : Anchor.Centre);
        b.TextIn(new SKRect(18, split + 6, 282, size.Height - 12), amount, b.Random.Between(44, 74), price, TextRole.Price, b.Random.Pick(Anchor.Right, Anchor.Centre, Anchor.Right));
    }

    private static void Card(SceneBuilder b)
    {
        var size = new SKSize(220, b.Random.Between(240, 300));
        (PricedItem item, Paint ground) = Begin(b, size, 36);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 10f));
        TextStyle style = b.Random.Chance(0.5)
            ? new TextStyle(b.Face(item.Name + "0123456789,원", 0, FontStyle.Hand, FontStyle.Display), Paint.On(ground, b.Random))
            : b.SignStyle(item.Name + "0123456789,원", ground);
        string unit = GoodsLists.Grocery.Any(g => g.Name == item.Name) ? b.Random.Pick("한 개", "한 봉지", "한 상자", "1kg", "100g", "3개", "") : b.Random.Pick("한 개", "");
        string amount = Words.Won(item.Price) + "원";
        b.TextIn(new SKRect(16, 20, 204, 100), item.Name, 60, style, TextRole.Product);
        if (unit.Length > 0)
            b.TextIn(new SKRect(16, 105, 204, 150), unit, 38, b.SignStyle(unit, ground, style.Fill), TextRole.Quantity);
        b.TextIn(new SKRect(12, 155, 208, size.Height - 16), amount, 64, style with { Fill = Paint.On(ground, b.Random, 3, ColourName.Red, ColourName.Black, ColourName.Blue, ColourName.White) }, TextRole.Price);
    }

    private static void Hanging(SceneBuilder b)
    {
        var size = new SKSize(200, 320);
        (PricedItem item, Paint ground) = Begin(b, size, 34);
        b.Line(100, -60, 100, 30, 3, new SKColor(90, 80, 70));
        using (var path = new SKPath())
        {
            path.AddPoly([new(60, 10), new(140, 10), new(195, 70), new(195, 315), new(5, 315), new(5, 70)]);
            using var paint = new SKPaint { Color = ground.Shade, IsAntialias = true };
            b.Canvas.DrawPath(path, paint);
        }
        b.Disc(100, 40, 12, new SKColor(70, 70, 70));
        TextStyle name = b.SignStyle(item.Name, ground);
        b.TextIn(new SKRect(18, 90, 182, 160), item.Name, 50, name, TextRole.Product);
        b.Line(24, 178, 176, 178, 3, name.Fill.Shade);
        string amount = Words.Won(item.Price) + "원";
        b.TextIn(new SKRect(14, 195, 186, 290), amount, 60, b.SignStyle(amount, ground), TextRole.Price);
    }

    private static void Sale(SceneBuilder b)
    {
        var size = new SKSize(320, 240);
        (PricedItem item, Paint ground) = Begin(b, size, 34, sale: true);
        Paint head = Paint.On(ground, b.Random, 1.6, ColourName.Red, ColourName.Orange, ColourName.Blue, ColourName.Green, ColourName.Black, ColourName.Yellow);
        b.Board(SKRect.Create(size), ground, 8);
        b.Panel(new SKRect(0, 0, 320, 64), head.Shade, 8);
        string title = b.Random.Pick("특가", "세일", "오늘만 할인", "SALE", "행사 상품", "초특가", "1+1");
        b.TextIn(new SKRect(16, 8, 304, 56), title, 40, b.SignStyle(title, head), TextRole.Title);
        b.TextIn(new SKRect(16, 76, 304, 126), item.Name, 42, b.SignStyle(item.Name, ground), TextRole.Product, b.Random.Pick(Anchor.Left, Anchor.Centre));
        string old = Words.Won(item.OldPrice!.Value) + "원", now = Words.Won(item.Price) + "원";
        PlacedText before = b.TextIn(new SKRect(16, 142, 140, 180), old, 34, b.SignStyle(old, ground, Paint.On(ground, b.Random, 2.5, ColourName.Gray, ColourName.Black)), TextRole.OldPrice, Anchor.Left);
        b.Line(before.Area.Left - 4, before.Area.MidY, before.Area.Right + 4, before.Area.MidY, 3, before.Style.Fill.Shade);
        b.TextIn(new SKRect(150, 140, 308, 228), now, 66, b.SignStyle(now, ground, Paint.On(ground, b.Random, 3, ColourName.Red, ColourName.Black, ColourName.Blue, ColourName.White)), TextRole.Price, Anchor.Right);
    }

    private static void Row(SceneBuilder b)
    {
        int count = b.Random.Between(2, 3);
        IReadOnlyList<Goods> goods = b.Random.Pick(GoodsLists.Grocery, GoodsLists.Clothing, GoodsLists.Cafe);
        List<PricedItem> items = [.. GoodsLists.Several(b, goods, count).Select(g => new PricedItem(g.Name, Price(b, g)))];
        var size = new SKSize(count * 230, 170);
        Paint ground = b.Colour(ColourName.White, ColourName.Yellow, ColourName.White, ColourName.SkyBlue, ColourName.Black);
        b.Facts = new SceneFacts { Prices = items, BoardColour = ground.Name };
        b.Begin(size, 34);
        b.Panel(new SKRect(-20, 145, size.Width + 20, 165), SKColor.FromHsv(25, 40, 45));
        TextStyle name = b.SignStyle(string.Concat(items.Select(i => i.Name)), ground), price = b.SignStyle("0123456789,원", ground);
        for (int i = 0; i < items.Count; i++)
        {
            float x = i * 230;
            b.Board(SKRect.Create(x + 12, 14, 206, 134), ground, 6);
            b.TextIn(SKRect.Create(x + 24, 24, 182, 50), items[i].Name, 38, name, TextRole.Product);
            b.TextIn(SKRect.Create(x + 22, 80, 186, 60), Words.Won(items[i].Price) + "원", 46, price, TextRole.Price);
        }
    }

    /// <summary>What it is, with its measure, what it costs in letters of twice the height, and small print, close below each other from one side.</summary>
    private static void Stack(SceneBuilder b)
    {
        Paint ground = b.Colour(ColourName.White, ColourName.Yellow, ColourName.Yellow, ColourName.Red, ColourName.Black, ColourName.SkyBlue, ColourName.Green, ColourName.Orange);
        PricedItem item = Item(b, b.Random.Pick(GoodsLists.Grocery, GoodsLists.All));
        string? measure = b.Random.Chance(0.6) ? Words.Measure(b) : null;
        string amount = Safe(b, Amount(b, item.Price));
        List<string> small = b.Random.Several([$"원산지: {Places.Town(b)}", "국내산", $"100g당 {Words.Won(10 * b.Random.Between(8, 400))}원", $"{b.Random.Between(1, 12)}월 {b.Random.Between(1, 28)}일까지", $"1인 {b.Random.Between(1, 5)}개 한정", "행사 상품", "신선 식품", Words.Measure(b)], b.Random.Between(0, 3));
        int above = b.Random.Chance(0.3) && small.Count > 0 ? 1 : 0;
        b.Facts = new SceneFacts { Prices = [item], BoardColour = ground.Name };
        TextStyle name = b.SignStyle(item.Name + measure, ground), print = b.Random.Chance(0.7) ? name with { Face = b.Face(string.Concat(small), 0, FontStyle.Gothic) } : b.SignStyle(string.Concat(small), ground);
        TextStyle price = b.SignStyle(amount, ground, b.Random.Chance(0.6) ? Paint.On(ground, b.Random, 3, ColourName.Red, ColourName.Blue, ColourName.Black, ColourName.White, ColourName.Yellow) : name.Fill);
        Anchor anchor = b.Random.Pick(Anchor.Left, Anchor.Left, Anchor.Centre, Anchor.Right);
        float spacing = b.Random.Between(1.14f, 1.4f), edge = b.Random.Between(12f, 26f), y = edge;
        (string Text, TextStyle Style, TextRole Role, float Height)[] lines =
        [
            .. small.Take(above).Select(text => (text, print, TextRole.Distractor, 24f)),
            (item.Name, name, TextRole.Product, b.Random.Between(30f, 44f)),
            (amount, price, TextRole.Price, b.Random.Between(52f, 84f)),
            .. small.Skip(above).Select(text => (text, print, TextRole.Distractor, 24f)),
        ];
        var size = new SKSize(b.Random.Between(260, 400), (2 * edge) + (spacing * lines.Sum(line => line.Height)));
        b.Begin(size, 24);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 8f), b.Random.Chance(0.4) ? b.Colour() : null);
        foreach ((string text, TextStyle style, TextRole role, float height) in lines)
        {
            var room = new SKRect(edge, y, size.Width - edge, y + (height * spacing));
            if (role == TextRole.Product)
                Measured(b, room, text, measure, height, style, anchor);
            else
                b.TextIn(room, text, height, style, role, anchor);
            y += height * spacing;
        }
    }

    /// <summary>Draws a product's name and behind it, where there is one, how much or how large it is.</summary>
    internal static void Measured(SceneBuilder b, SKRect room, string name, string? measure, float most, TextStyle style, Anchor anchor)
    {
        if (measure is null)
        {
            b.TextIn(room, name, most, style, TextRole.Product, anchor);
            return;
        }
        string both = $"{name} {measure}";
        float height = TextRun.FitHeight(both, style, room.Width, Math.Min(most, room.Height));
        using var run = new TextRun(both, style, height);
        float left = anchor switch { Anchor.Left => room.Left, Anchor.Right => room.Right - run.Ink.Width, _ => room.MidX - (run.Ink.Width / 2) };
        b.Text(name, left, room.MidY, height, style, TextRole.Product, Anchor.Left);
        b.Text(measure, left + run.Ink.Width, room.MidY, height, style, TextRole.Distractor, Anchor.Right);
    }

    private static void Burst(SceneBuilder b)
    {
        var size = new SKSize(300, 300);
        (PricedItem item, Paint ground) = Begin(b, size, 36);
        var corners = new SKPoint[32];
        for (int i = 0; i < corners.Length; i++)
        {
            float angle = MathF.Tau * i / corners.Length, radius = i % 2 == 0 ? 150 : 128;
            corners[i] = new SKPoint(150 + (radius * MathF.Cos(angle)), 150 + (radius * MathF.Sin(angle)));
        }
        b.Polygon(ground.Shade, corners);
        b.TextIn(new SKRect(50, 70, 250, 140), item.Name, 50, b.SignStyle(item.Name, ground), TextRole.Product);
        string amount = Words.Won(item.Price) + "원";
        b.TextIn(new SKRect(36, 150, 264, 225), amount, 62, b.SignStyle(amount, ground), TextRole.Price);
    }

    private static void Split(SceneBuilder b)
    {
        var size = new SKSize(420, 130);
        (PricedItem item, Paint ground) = Begin(b, size, 38);
        Paint right = Paint.On(ground, b.Random, 1.8);
        b.Board(SKRect.Create(size), ground, 10);
        b.Panel(new SKRect(210, 0, 420, 130), right.Shade, 10);
        b.TextIn(new SKRect(16, 20, 196, 110), item.Name, 54, b.SignStyle(item.Name, ground), TextRole.Product);
        string amount = Words.Won(item.Price) + "원";
        b.TextIn(new SKRect(224, 20, 406, 110), amount, 56, b.SignStyle(amount, right), TextRole.Price);
    }
}

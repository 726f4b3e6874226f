using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Shop signs: over a window, upright at the corner, a banner, glowing at night, writing on the glass.</summary>
internal static class ShopFronts
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("shop_front", SceneKind.ShopFront, false, Front),
        new("shop_sign", SceneKind.ShopFront, false, Sign),
        new("shop_upright", SceneKind.ShopFront, false, Upright),
        new("shop_banner", SceneKind.ShopFront, false, Banner),
        new("shop_neon", SceneKind.ShopFront, false, Neon),
        new("shop_glass", SceneKind.ShopFront, true, Glass),
        new("shop_stacked", SceneKind.ShopFront, true, Stacked),
    ];

    private static (Business Business, string Name) Pick(SceneBuilder b, Paint? ground, string? phone = null, string? hours = null)
    {
        Business business = b.Random.From(Shops.All);
        string name = Shops.Name(b, business);
        b.Facts = new SceneFacts { Shop = new ShopFacts(name, business.Key, business.Korean, phone, hours), BoardColour = ground?.Name ?? ColourName.None };
        return (business, name);
    }

    private static void Front(SceneBuilder b)
    {
        Paint ground = b.Colour();
        bool call = b.Random.Chance(0.4);
        string phone = Words.Phone(b);
        (Business business, string name) = Pick(b, ground, call ? phone : null);
        var size = new SKSize(560, 400);
        b.Begin(size, 30, 0.15f, b.Random.Pick(Backdrops.Street, Backdrops.Brick, Backdrops.Plaster, Backdrops.Tiles), 0.8f);
        b.Panel(SKRect.Create(0, 0, 560, 400), SKColor.FromHsv(b.Random.Between(0f, 360f), b.Random.Between(0f, 25f), b.Random.Between(40f, 85f)));
        SKColor glass = SKColor.FromHsv(200, b.Random.Between(5f, 30f), b.Random.Between(35f, 85f)), frame = SKColor.FromHsv(30, b.Random.Between(0f, 50f), b.Random.Between(20f, 90f));
        b.Panel(new SKRect(24, 160, 350, 380), frame);
        b.Panel(new SKRect(34, 170, 340, 370), glass);
        b.Panel(new SKRect(380, 150, 530, 400), frame);
        b.Panel(new SKRect(394, 164, 516, 392), glass);
        SKRect board = new(8, 12, 552, 132);
        b.Board(board, ground, b.Random.Pick(0f, 8f));
        TextStyle style = b.SignStyle(name, ground);
        b.TextIn(new SKRect(28, 22, 532, call ? 92 : 122), name, 80, style, TextRole.ShopName);
        if (call)
            b.TextIn(new SKRect(60, 96, 500, 128), phone, 30, b.SignStyle(phone, ground, style.Fill), TextRole.Phone);
        if (b.Random.Chance(0.7))
        {
            string offer = b.Random.Pick(business.Offers);
            var window = new Paint(ColourName.None, glass);
            b.TextIn(new SKRect(54, 190, 320, 350), offer, 44, b.SignStyle(offer, window, Paint.On(window, b.Random, 3)), TextRole.Offer);
        }
        if (b.Random.Chance(0.4))
        {
            string state = b.Random.Pick("영업중", "OPEN", "준비중", "미세요", "당기세요", "어서오세요");
            Paint plate = b.Colour(ColourName.Red, ColourName.White, ColourName.Blue, ColourName.Black);
            b.Panel(new SKRect(404, 210, 506, 256), plate.Shade, 6);
            b.TextIn(new SKRect(410, 214, 500, 252), state, 30, b.SignStyle(state, plate), TextRole.Distractor);
        }
    }

    private static void Sign(SceneBuilder b)
    {
        Paint ground = b.Colour();
        (Business business, string name) = Pick(b, ground);
        bool latin = b.Random.Chance(0.3), offer = b.Random.Chance(0.5);
        var size = new SKSize(520, 130 + (latin || offer ? 50 : 0));
        b.Begin(size, 34, 0.5f, b.Random.Chance(0.6) ? b.Random.Pick(Backdrops.Street, Backdrops.Brick, Backdrops.Plaster) : null);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 0f, 14f, 40f), b.Random.Chance(0.3) ? b.Colour() : null);
        TextStyle style = b.SignStyle(name, ground);
        if (b.Random.Chance(0.25))
            style = style with { Shadow = SKColors.Black.WithAlpha(120) };
        bool logo = b.Random.Chance(0.25);
        float left = logo ? 130 : 30;
        if (logo)
            b.Thing(ThingScenes.Any(b, "food", "fruit", "animal", "shape", "nature"), 72, 66, 88);
        b.TextIn(new SKRect(left, 18, 496, 118), name, 86, style, TextRole.ShopName);
        if (latin)
        {
            string word = Shops.LatinName(b, business);
            b.TextIn(new SKRect(40, 124, 480, 168), word, 38, b.SignStyle(word, ground, style.Fill), TextRole.Romanised);
        }
        else if (offer)
        {
            string word = string.Join("  ", b.Random.Several(business.Offers, 2));
            b.TextIn(new SKRect(40, 124, 480, 168), word, 38, b.SignStyle(word, ground), TextRole.Offer);
        }
    }

    private static void Upright(SceneBuilder b)
    {
        Paint ground = b.Colour();
        (Business business, string name) = Pick(b, ground);
        string shown = name.Replace(" ", "", StringComparison.Ordinal);
        if (shown.Length > 7)
            shown = name.Split(' ')[0];
        b.Facts = b.Facts with { Shop = b.Facts.Shop! with { Name = shown } };
        var size = new SKSize(150, 70 + (shown.Length * 92));
        b.Begin(size, 70, 1.2f, b.Random.Pick(Backdrops.Street, Backdrops.Brick, Backdrops.Plaster, Backdrops.Leaves, Backdrops.Gradient));
        b.Panel(new SKRect(-24, 40, 0, 60), new SKColor(80, 80, 85));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 12f, 60f));
        TextStyle style = b.SignStyle(shown, ground) with { Vertical = true, Slant = 0, Stretch = 1, Spacing = 0 };
        b.Text(shown, 75, 36, 78, style, TextRole.ShopName);
    }

    private static void Banner(SceneBuilder b)
    {
        Paint ground = b.Colour(ColourName.White, ColourName.Yellow, ColourName.Red, ColourName.Blue, ColourName.Green, ColourName.Orange, ColourName.Pink);
        string phone = Words.Phone(b);
        (Business business, string name) = Pick(b, ground, phone);
        var size = new SKSize(600, 150);
        b.Begin(size, 34, 0.6f, b.Random.Pick(Backdrops.Street, Backdrops.Leaves, Backdrops.Meadow, Backdrops.Brick));
        b.Line(-200, 20, 800, 20, 3, new SKColor(200, 200, 200));
        b.Board(SKRect.Create(size), ground);
        string offer = b.Random.Pick(business.Offers.Where(o => o.Length > 2).DefaultIfEmpty("영업 중").ToArray());
        TextStyle style = b.SignStyle(name + offer, ground);
        b.TextIn(new SKRect(20, 14, 320, 86), name, 60, style, TextRole.ShopName, Anchor.Left);
        b.TextIn(new SKRect(335, 14, 580, 86), offer, 50, style with { Fill = Paint.On(ground, b.Random) }, TextRole.Offer);
        b.TextIn(new SKRect(40, 94, 560, 142), (b.Random.Chance(0.4) ? "문의 " : "") + phone, 42, b.SignStyle("문의" + phone, ground), TextRole.Phone);
    }

    private static void Neon(SceneBuilder b)
    {
        var wall = new Paint(ColourName.Black, SKColor.FromHsv(b.Random.Between(0f, 360f), 30, b.Random.Between(5f, 16f)));
        (Business business, string name) = Pick(b, null);
        var size = new SKSize(480, 150);
        b.Begin(size, 60, 0.7f, b.Random.Pick(Backdrops.Lights, Backdrops.Street, Backdrops.Gradient));
        b.Panel(SKRect.Create(-40, -40, 560, 230), wall.Shade, 10);
        Paint glow = b.Colour(ColourName.Red, ColourName.Pink, ColourName.SkyBlue, ColourName.Yellow, ColourName.Orange, ColourName.White, ColourName.Green);
        TextStyle style = b.SignStyle(name, wall, glow) with { Outline = glow.Shade.WithAlpha(70), OutlineWidth = 0.13f };
        b.TextIn(new SKRect(20, 20, 460, 130), name, 88, style, TextRole.ShopName);
    }

    private static void Glass(SceneBuilder b)
    {
        string hours = Places.Hours(b);
        (Business business, string name) = Pick(b, null, hours: hours);
        var size = new SKSize(400, 380);
        b.Begin(size, 34, 0.1f);
        Paint glass = new(ColourName.SkyBlue, SKColor.FromHsv(195, 25, b.Random.Between(45f, 95f)));
        b.Panel(SKRect.Create(size), glass.Shade, 0, SKColors.Gray, 14);
        TextStyle style = b.SignStyle(name, glass);
        b.TextIn(new SKRect(40, 50, 360, 150), name, 70, style, TextRole.ShopName);
        string offer = b.Random.Pick(business.Offers);
        b.TextIn(new SKRect(60, 180, 340, 240), offer, 48, b.SignStyle(offer, glass, style.Fill), TextRole.Offer);
        b.TextIn(new SKRect(50, 280, 350, 340), hours, 42, b.SignStyle(hours, glass, style.Fill), TextRole.Time);
    }

    /// <summary>Several shops on one building, a board each.</summary>
    private static void Stacked(SceneBuilder b)
    {
        int count = b.Random.Between(2, 4);
        var size = new SKSize(420, count * 110);
        b.Begin(size, 50, 0.4f, b.Random.Pick(Backdrops.Street, Backdrops.Brick, Backdrops.Plaster));
        for (int i = 0; i < count; i++)
        {
            Paint ground = b.Colour();
            string name = Shops.Name(b, b.Random.From(Shops.All));
            b.Board(SKRect.Create(0, (i * 110) + 8, 420, 96), ground);
            b.TextIn(SKRect.Create(20, (i * 110) + 16, 380, 80), name, 62, b.SignStyle(name, ground), TextRole.ShopName);
        }
    }
}

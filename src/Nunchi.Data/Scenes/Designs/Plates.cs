using Nunchi.Data.Corpus;
using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Door plates, bus stop signs, and papers with a telephone number.</summary>
internal static class Plates
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("door_plate", SceneKind.DoorPlate, false, Door),
        new("door_number", SceneKind.DoorPlate, false, DoorNumber),
        new("door_column", SceneKind.DoorPlate, true, DoorColumn),
        new("bus_pole", SceneKind.BusStop, false, BusPole),
        new("bus_board", SceneKind.BusStop, false, BusBoard),
        new("bus_shelter", SceneKind.BusStop, true, BusShelter),
        new("card_business", SceneKind.Contact, false, Card),
        new("card_poster", SceneKind.Contact, false, Poster),
        new("card_column", SceneKind.Contact, true, CardCentred),
    ];

    private static string RoomNumber(SceneBuilder b, out int? floor)
    {
        floor = b.Random.Between(1, 19);
        return $"{floor}{b.Random.Between(1, 30):00}호";
    }

    private static void Door(SceneBuilder b)
    {
        string name = Places.Room(b), number = RoomNumber(b, out int? floor);
        bool numbered = b.Random.Chance(0.6);
        Paint ground = b.Colour();
        b.Facts = new SceneFacts { Room = new RoomFacts(numbered ? number : null, name, numbered ? floor : null), BoardColour = ground.Name };
        var size = new SKSize(340, numbered ? 190 : 130);
        b.Begin(size, 44, 0.8f, b.Random.Pick(Backdrops.Wood, Backdrops.Plaster, Backdrops.Plain, Backdrops.Gradient, Backdrops.Tiles));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 8f, 20f));
        TextStyle style = b.SignStyle(name + number, ground);
        if (numbered)
            b.TextIn(new SKRect(30, 18, 310, 78), number, 56, style, TextRole.Number);
        b.TextIn(new SKRect(24, numbered ? 92 : 24, 316, numbered ? 172 : 106), name, 66, style, TextRole.RoomName);
    }

    private static void DoorNumber(SceneBuilder b)
    {
        string number = RoomNumber(b, out int? floor);
        if (b.Random.Chance(0.4))
            number = number[..^1];
        Paint ground = b.Colour();
        b.Facts = new SceneFacts { Room = new RoomFacts(number, null, floor), BoardColour = ground.Name };
        var size = new SKSize(240, 130);
        b.Begin(size, 74, 1.4f, b.Random.Pick(Backdrops.Wood, Backdrops.Plaster, Backdrops.Plain, Backdrops.Brick));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 12f, 60f));
        b.TextIn(new SKRect(22, 22, 218, 108), number, 80, b.SignStyle(number, ground), TextRole.Number);
    }

    private static void DoorColumn(SceneBuilder b)
    {
        string name = Places.Room(b);
        Paint ground = b.Colour();
        b.Facts = new SceneFacts { Room = new RoomFacts(null, name, null), BoardColour = ground.Name };
        var size = new SKSize(120, 50 + (name.Length * 80));
        b.Begin(size, 64, 1.3f);
        b.Board(SKRect.Create(size), ground);
        b.Text(name, 60, 30, 66, b.SignStyle(name, ground) with { Vertical = true, Slant = 0, Stretch = 1, Spacing = 0 }, TextRole.RoomName);
    }

    private static string Route(SceneBuilder b) => b.Random.Next(4) switch
    {
        0 => b.Random.Between(1, 99).ToString(),
        1 => b.Random.Between(100, 999).ToString(),
        2 => b.Random.Between(1000, 9999).ToString(),
        _ => $"{b.Random.Between(1, 99)}-{b.Random.Between(1, 9)}",
    };

    private static (BusStopFacts Facts, Paint Ground) Bus(SceneBuilder b, int routes, bool next)
    {
        string name = Places.Stop(b);
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.Blue, ColourName.Green, ColourName.Yellow, ColourName.SkyBlue);
        var facts = new BusStopFacts(name, b.Random.Chance(0.6) ? $"{b.Random.Between(1, 39):00}-{b.Random.Between(1, 999):000}" : null,
            [.. Enumerable.Range(0, routes).Select(_ => Route(b)).Distinct()], next ? Places.Stop(b) : null);
        b.Facts = new SceneFacts { BusStop = facts, BoardColour = ground.Name };
        return (facts, ground);
    }

    private static void BusPole(SceneBuilder b)
    {
        (BusStopFacts facts, Paint ground) = Bus(b, b.Random.Between(1, 4), false);
        var size = new SKSize(260, 230 + (facts.Routes.Count * 56));
        b.Begin(size, 36, 0.6f, b.Random.Pick(Backdrops.Street, Backdrops.Meadow, Backdrops.Leaves, Backdrops.Brick));
        b.Panel(new SKRect(122, size.Height - 10, 138, size.Height + 900), new SKColor(120, 120, 125));
        b.Board(SKRect.Create(size), ground, 10);
        Paint head = Paint.On(ground, b.Random, 1.6, ColourName.Blue, ColourName.Green, ColourName.White, ColourName.Black);
        b.Panel(new SKRect(0, 0, 260, 64), head.Shade, 10);
        string label = b.Random.Pick("버스 정류장", "정류장", "BUS", "버스");
        b.TextIn(new SKRect(16, 10, 244, 56), label, 42, b.SignStyle(label, head), TextRole.Label);
        TextStyle style = b.SignStyle(facts.Name + "0123456789-", ground);
        b.TextIn(new SKRect(14, 78, 246, 148), facts.Name, 56, style, TextRole.StationName);
        float y = 156;
        if (facts.Number is { } number)
        {
            b.TextIn(new SKRect(40, y, 220, y + 44), number, 38, style, TextRole.Number);
            y += 52;
        }
        y += 10;
        foreach (string route in facts.Routes)
        {
            Paint badge = b.Colour(ColourName.Blue, ColourName.Green, ColourName.Red, ColourName.Yellow, ColourName.Gray);
            b.Panel(new SKRect(50, y, 210, y + 48), badge.Shade, 10);
            b.TextIn(new SKRect(60, y + 4, 200, y + 44), route, 38, b.SignStyle(route, badge), TextRole.Destination);
            y += 56;
        }
    }

    private static void BusBoard(SceneBuilder b)
    {
        (BusStopFacts facts, Paint ground) = Bus(b, b.Random.Between(2, 4), true);
        var size = new SKSize(500, 200);
        b.Begin(size, 34, 0.4f, b.Random.Pick(Backdrops.Street, Backdrops.Meadow, Backdrops.Leaves, Backdrops.Plaster));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 12f));
        TextStyle style = b.SignStyle(facts.Name + facts.Next + "다음0123456789-", ground);
        b.TextIn(new SKRect(20, 14, 480, 84), facts.Name, 62, style, TextRole.StationName, Anchor.Left);
        b.TextIn(new SKRect(20, 92, 480, 136), "다음 " + facts.Next, 38, style, TextRole.NextStation, Anchor.Left);
        float x = 20;
        foreach (string route in facts.Routes)
        {
            Paint badge = b.Colour(ColourName.Blue, ColourName.Green, ColourName.Red, ColourName.Yellow);
            b.Panel(SKRect.Create(x, 144, 108, 46), badge.Shade, 8);
            b.TextIn(SKRect.Create(x + 8, 148, 92, 38), route, 35, b.SignStyle(route, badge), TextRole.Destination);
            x += 118;
        }
    }

    private static void BusShelter(SceneBuilder b)
    {
        (BusStopFacts facts, Paint ground) = Bus(b, 1, false);
        var size = new SKSize(460, 150);
        b.Begin(size, 38, 0.6f, b.Random.Pick(Backdrops.Street, Backdrops.Meadow, Backdrops.Leaves));
        b.Board(SKRect.Create(size), ground, 20);
        TextStyle style = b.SignStyle(facts.Name + "0123456789-", ground);
        Paint badge = b.Colour(ColourName.Blue, ColourName.Green, ColourName.Red);
        b.Disc(75, 75, 56, badge.Shade);
        b.TextIn(new SKRect(30, 50, 120, 100), facts.Routes[0], 42, b.SignStyle(facts.Routes[0], badge), TextRole.Destination);
        b.TextIn(new SKRect(150, 18, 440, facts.Number is null ? 132 : 88), facts.Name, 64, style, TextRole.StationName, Anchor.Left);
        if (facts.Number is { } number)
            b.TextIn(new SKRect(150, 94, 440, 138), number, 40, style, TextRole.Number, Anchor.Left);
    }

    private static void Card(SceneBuilder b)
    {
        string company = Places.Company(b), name = Places.Person(b), title = b.Random.Pick(Places.JobTitles), phone = Words.Phone(b);
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.White, ColourName.Gray, ColourName.SkyBlue, ColourName.Black, ColourName.Blue);
        b.Facts = new SceneFacts { Contact = new ContactFacts(name, phone, company, title), BoardColour = ground.Name };
        bool address = b.Random.Chance(0.5);
        var size = new SKSize(480, 280);
        b.Begin(size, 30, 0.3f, b.Random.Pick(Backdrops.Wood, Backdrops.Plain, Backdrops.Cloth, Backdrops.Gradient, Backdrops.Paper));
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 10f));
        string letters = company + name + title + phone;
        TextStyle style = b.Random.Chance(0.7) ? b.SignStyle(letters, ground) : new TextStyle(b.Face(letters, 0, FontStyle.Myeongjo), Paint.On(ground, b.Random));
        if (b.Random.Chance(0.4))
            b.Panel(new SKRect(0, 0, 16, 280), b.Colour().Shade);
        b.TextIn(new SKRect(36, 24, 440, 76), company, 38, style with { Fill = b.Random.Chance(0.4) ? Paint.On(ground, b.Random) : style.Fill }, TextRole.ShopName, Anchor.Left);
        PlacedText person = b.TextIn(new SKRect(36, 100, 300, 164), name, 54, style, TextRole.PersonName, Anchor.Left);
        b.TextIn(new SKRect(person.Area.Right + 18, 118, 460, 164), title, 34, style, TextRole.JobTitle, Anchor.Left);
        b.TextIn(new SKRect(36, 182, 444, 224), (b.Random.Chance(0.4) ? "T. " : "") + phone, 34, b.SignStyle("T. " + phone, ground, style.Fill), TextRole.Phone, Anchor.Left);
        if (address)
        {
            string place = Places.Address(b);
            b.TextIn(new SKRect(36, 228, 444, 266), place, 30, style with { Face = b.Face(place) }, TextRole.Address, Anchor.Left);
        }
    }

    private static void CardCentred(SceneBuilder b)
    {
        string name = Places.Person(b), phone = Words.Phone(b), company = Places.Company(b);
        Paint ground = b.Colour();
        b.Facts = new SceneFacts { Contact = new ContactFacts(name, phone, company, null), BoardColour = ground.Name };
        var size = new SKSize(300, 400);
        b.Begin(size, 34, 0.3f);
        b.Board(SKRect.Create(size), ground, 16);
        TextStyle style = b.SignStyle(name + phone + company, ground);
        b.TextIn(new SKRect(24, 40, 276, 110), company, 44, style, TextRole.ShopName);
        b.TextIn(new SKRect(24, 160, 276, 240), name, 66, style, TextRole.PersonName);
        b.TextIn(new SKRect(24, 300, 276, 356), phone, 46, style, TextRole.Phone);
    }

    private static void Poster(SceneBuilder b)
    {
        string title = SplitChoice.Pick(b, (string[])["과외 합니다", "피아노 레슨", "방 있음", "직원 구함", "이사 도와드려요", "강아지를 찾습니다", "고양이를 찾습니다", "수학 과외", "영어 회화", "자전거 팝니다", "중고차 삽니다", "열쇠 수리", "집수리", "대리운전", "꽃배달", "컴퓨터 수리", "상가 임대", "전세 구합니다", "청소해 드립니다", "태권도 관원 모집"], w => w);
        string phone = Words.Phone(b);
        Paint ground = b.Colour(ColourName.White, ColourName.Yellow, ColourName.Pink, ColourName.SkyBlue, ColourName.Orange, ColourName.White);
        b.Facts = new SceneFacts { Contact = new ContactFacts(title, phone, null, null), BoardColour = ground.Name };
        var size = new SKSize(360, b.Random.Between(220, 330));
        b.Begin(size, 40, 0.4f, b.Random.Pick(Backdrops.Brick, Backdrops.Plaster, Backdrops.Wood, Backdrops.Street, Backdrops.Tiles));
        b.Board(SKRect.Create(size), ground);
        bool pet = title.StartsWith("강아지", StringComparison.Ordinal) || title.StartsWith("고양이", StringComparison.Ordinal);
        if (pet && size.Height > 280)
            b.Thing(ThingScenes.Look(b, ObjectCatalogue.Get(b.Assets.Painter.Drawable.Any(c => c.Key == "dog") ? title[0] == '강' ? "dog" : "cat" : "heart"), ColourName.None), 180, size.Height * 0.52f, size.Height * 0.3f);
        TextStyle style = b.SignStyle(title, ground);
        b.TextIn(new SKRect(20, 20, 340, size.Height * 0.36f), title, 76, style, TextRole.Title);
        if (!pet && size.Height > 260)
        {
            string line = b.Random.Pick("친절 상담", "24시간 상담", "초보 환영", "저렴한 가격", "가까운 곳", "바로 연락 주세요");
            b.TextIn(new SKRect(30, size.Height * 0.42f, 330, size.Height * 0.6f), line, 44, b.SignStyle(line, ground), TextRole.Body);
        }
        b.TextIn(new SKRect(16, size.Height * 0.7f, 344, size.Height * 0.94f), phone, 60, b.SignStyle(phone, ground), TextRole.Phone);
    }
}

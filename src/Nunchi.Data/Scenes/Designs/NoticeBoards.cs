using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Notices and warnings.</summary>
internal static class NoticeBoards
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("notice_board", SceneKind.Notice, false, b => Board(b, b.Random.From(Notices.All), false)),
        new("notice_prohibition", SceneKind.Notice, false, Prohibition),
        new("notice_warning", SceneKind.Notice, false, Warning),
        new("notice_paper", SceneKind.Notice, false, b => Board(b, b.Random.From(Notices.Announcements), true)),
        new("notice_floor", SceneKind.Notice, true, Floor),
    ];

    private static void Record(SceneBuilder b, NoticeText notice, ColourName board) =>
        b.Facts = new SceneFacts { Notice = new NoticeFacts(notice.Title, notice.Meaning, notice.Advice), BoardColour = board };

    private static NoticeText Allowed(SceneBuilder b, NoticeText notice, IReadOnlyList<NoticeText> others) =>
        SplitChoice.Fits(b.Split, notice.Title) ? notice : SplitChoice.Pick(b, others, n => n.Title);

    private static void Board(SceneBuilder b, NoticeText notice, bool paper)
    {
        notice = Allowed(b, notice, Notices.All);
        Paint ground = paper ? b.Colour(ColourName.White, ColourName.White, ColourName.Yellow, ColourName.SkyBlue) : b.Colour();
        Record(b, notice, ground.Name);
        List<string> lines = b.Random.Several(notice.Body, paper ? Math.Max(1, notice.Body.Length) : b.Random.Between(0, Math.Min(2, notice.Body.Length)));
        if (paper && b.Random.Chance(0.5))
            lines.Add(b.Random.Pick("관리 사무소", "관리소장", "안내 데스크", "주인 백", Places.Date(b)));
        float row = 52;
        var size = new SKSize(440, 110 + (lines.Count * row) + (lines.Count > 0 ? 26 : 10));
        b.Begin(size, 28, 0.4f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 8f), paper ? null : b.Random.Chance(0.4) ? Paint.On(ground, b.Random, 2) : null);
        TextStyle title = b.SignStyle(notice.Title, ground), body = b.SignStyle(string.Concat(lines), ground, b.Random.Chance(0.7) ? title.Fill : null);
        b.TextIn(new SKRect(24, 18, 416, 104), notice.Title, 74, title, TextRole.Title);
        Anchor anchor = b.Random.Pick(Anchor.Left, Anchor.Centre, Anchor.Centre);
        for (int i = 0; i < lines.Count; i++)
            b.TextIn(SKRect.Create(26, 116 + (i * row), 388, row - 6), lines[i], 34, body, TextRole.Body, anchor);
    }

    private static void Prohibition(SceneBuilder b)
    {
        NoticeText notice = SplitChoice.Pick(b, Notices.Prohibitions, n => n.Title);
        Paint ground = b.Colour(ColourName.White, ColourName.White, ColourName.Yellow), red = b.Colour(ColourName.Red);
        Record(b, notice, ground.Name);
        bool body = b.Random.Chance(0.5);
        var size = new SKSize(320, body ? 420 : 360);
        b.Begin(size, 34, 0.5f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 14f));
        b.Disc(160, 130, 104, ground.Shade, red.Shade, 22);
        b.Canvas.Save();
        b.Canvas.RotateDegrees(45, 160, 130);
        b.Panel(new SKRect(64, 119, 256, 141), red.Shade);
        b.Canvas.Restore();
        TextStyle style = b.SignStyle(notice.Title, ground, Paint.On(ground, b.Random, 3, ColourName.Red, ColourName.Black));
        b.TextIn(new SKRect(16, 256, 304, 342), notice.Title, 64, style, TextRole.Title);
        if (body)
        {
            string line = b.Random.Pick(notice.Body);
            b.TextIn(new SKRect(16, 352, 304, 402), line, 36, b.SignStyle(line, ground, b.Colour(ColourName.Black)), TextRole.Body);
        }
    }

    private static void Warning(SceneBuilder b)
    {
        NoticeText notice = SplitChoice.Pick(b, Notices.Warnings, n => n.Title);
        Paint ground = b.Colour(ColourName.Yellow, ColourName.Yellow, ColourName.Orange, ColourName.Red, ColourName.White), black = b.Colour(ColourName.Black);
        Record(b, notice, ground.Name);
        bool stripes = b.Random.Chance(0.4);
        var size = new SKSize(480, 190);
        b.Begin(size, 32, 0.5f);
        b.Board(SKRect.Create(size), ground, b.Random.Pick(0f, 12f), b.Random.Chance(0.4) ? black : null);
        if (stripes)
        {
            for (float x = -20; x < 480; x += 44)
                b.Polygon(black.Shade, new(Math.Max(0, x), 0), new(Math.Min(480, x + 22), 0), new(Math.Min(480, Math.Max(0, x + 10)), 20), new(Math.Max(0, x - 12), 20));
        }
        b.Polygon(black.Shade, new(78, 44), new(142, 156), new(14, 156));
        b.Polygon(ground.Shade, new(78, 66), new(125, 146), new(31, 146));
        b.Text("!", 78, 116, 48, new TextStyle(b.Face("!", 600), black), TextRole.Distractor);
        TextStyle style = b.SignStyle(notice.Title, ground, Paint.On(ground, b.Random, 4, ColourName.Black, ColourName.White, ColourName.Red));
        b.TextIn(new SKRect(160, 34, 462, 112), notice.Title, 66, style, TextRole.Title, Anchor.Left);
        string line = b.Random.Pick(notice.Body);
        b.TextIn(new SKRect(160, 120, 462, 170), line, 36, b.SignStyle(line, ground, style.Fill), TextRole.Body, Anchor.Left);
    }

    /// <summary>A folding sign on the floor: narrow above, wide below.</summary>
    private static void Floor(SceneBuilder b)
    {
        NoticeText notice = SplitChoice.Pick(b, Notices.All, n => n.Title);
        Paint ground = b.Colour(ColourName.Yellow, ColourName.Orange, ColourName.Red, ColourName.Blue);
        Record(b, notice, ground.Name);
        var size = new SKSize(300, 420);
        b.Begin(size, 40, 0.6f, b.Random.Pick(Backdrops.Tiles, Backdrops.Marble, Backdrops.Wood, Backdrops.Asphalt));
        b.Polygon(ground.Shade, new(60, 0), new(240, 0), new(300, 420), new(0, 420));
        TextStyle style = b.SignStyle(notice.Title, ground);
        string[] words = notice.Title.Split(' ');
        for (int i = 0; i < Math.Min(3, words.Length); i++)
            b.TextIn(SKRect.Create(50, 70 + (i * 90), 200, 80), words[i], 70, style, TextRole.Title);
        string line = notice.Body[0];
        b.TextIn(new SKRect(34, 350, 266, 400), line, 40, b.SignStyle(line, ground, style.Fill), TextRole.Body);
    }
}

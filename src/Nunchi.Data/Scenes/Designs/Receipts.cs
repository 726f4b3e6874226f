using Nunchi.Data.Fonts;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes.Content;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Paper receipts whose amounts add up.</summary>
internal static class Receipts
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new("receipt_columns", SceneKind.Receipt, false, b => Draw(b, Layout.Columns)),
        new("receipt_short", SceneKind.Receipt, false, b => Draw(b, Layout.Short)),
        new("receipt_numbered", SceneKind.Receipt, false, b => Draw(b, Layout.Numbered)),
        new("receipt_units", SceneKind.Receipt, false, b => Draw(b, Layout.Units)),
        new("receipt_quantity_first", SceneKind.Receipt, false, b => Draw(b, Layout.QuantityFirst)),
        new("receipt_coded", SceneKind.Receipt, false, b => Draw(b, Layout.Coded)),
        new("receipt_times", SceneKind.Receipt, false, b => Draw(b, Layout.Times)),
        new("receipt_slip", SceneKind.Receipt, false, b => Draw(b, Layout.Slip)),
        new("receipt_two_rows", SceneKind.Receipt, true, b => Draw(b, Layout.TwoRows)),
    ];

    private enum Layout
    {
        Columns,
        Short,
        Numbered,
        Units,
        QuantityFirst,

        // The name; below it the article's number, how many, and the amount.
        Coded,

        // How many as "x2" or "2 x".
        Times,

        // Names and amounts in close rows, and how it was paid.
        Slip,

        // The name; below it "price x number" and the amount.
        TwoRows,
    }

    private static bool TakesTwoRows(Layout layout) => layout is Layout.Coded or Layout.TwoRows;

    private static (ReceiptFacts Facts, string Phone) Contents(SceneBuilder b, int count, bool counted)
    {
        Business business = b.Random.From([.. Shops.All.Where(s => s.Sells.Count > 0)]);
        List<ReceiptItem> items = [.. GoodsLists.Several(b, business.Sells, count).Select(g => new ReceiptItem(g.Name, !counted || b.Random.Chance(0.6) ? 1 : b.Random.Between(2, 5), PriceTags.Price(b, g)))];
        int total = items.Sum(i => i.Amount);
        int? paid = b.Random.Chance(0.5) ? total % 10000 == 0 ? total : ((total / 10000) + 1) * 10000 : null;
        string? date = b.Random.Chance(0.75) ? Places.Date(b) : null;
        return (new ReceiptFacts(Shops.Name(b, business), date, items, total, paid, paid is null ? null : paid - total), Words.Phone(b));
    }

    private static void Draw(SceneBuilder b, Layout layout)
    {
        (ReceiptFacts facts, string phone) = Contents(b, b.Random.Between(1, layout == Layout.Short ? 3 : 5), layout != Layout.Slip);
        List<string> paying = layout != Layout.Slip ? [] : b.Random.Several(["카드 결제", "현금 영수증", "신용카드", "과세 물품", "부가세 포함", $"승인번호 {b.Random.Between(10_000_000, 99_999_999)}", $"No. {b.Random.Between(1, 9999):0000}", "교환 환불 7일 이내"], b.Random.Between(0, 3));
        b.Facts = new SceneFacts { Receipt = facts, BoardColour = ColourName.White };
        string?[] measures = [.. facts.Items.Select(_ => layout == Layout.Slip && b.Random.Chance(0.3) ? Words.Measure(b) : null)];
        bool showPhone = b.Random.Chance(0.5), header = layout != Layout.Short && b.Random.Chance(0.7), thanks = b.Random.Chance(0.4);
        float row = b.Random.Between(33f, 40f), letter = row * (layout == Layout.Slip ? b.Random.Between(0.7f, 0.9f) : b.Random.Between(0.6f, 0.72f)), width = layout switch { Layout.Short => 300, Layout.Units => 480, _ => 370 }, edge = 20, right = width - 20;
        int rows = 1 + (showPhone ? 1 : 0) + (facts.Date is null ? 0 : 1) + (header ? 1 : 0) + (facts.Items.Count * (TakesTwoRows(layout) ? 2 : 1)) + 1 + (facts.Paid is null ? 0 : 2) + paying.Count + (thanks ? 1 : 0);
        var size = new SKSize(width, (row * rows) + 110);
        Backdrop ground = b.Random.Pick(Backdrops.Wood, Backdrops.Plain, Backdrops.Cloth, Backdrops.Asphalt, Backdrops.Tiles, Backdrops.Gradient);
        b.Begin(size, letter, 0.35f, ground, 0.7f);
        var paper = new Paint(ColourName.White, SKColor.FromHsv(45, b.Random.Between(0f, 8f), b.Random.Between(90f, 100f)));
        b.Board(SKRect.Create(size), paper);
        string letters = "0123456789,원합계:-()./개단가" + facts.Shop + string.Concat(facts.Items.Select(i => i.Name)) + string.Concat(paying) + string.Concat(measures);
        FontFace face = b.Random.Chance(0.8) ? b.Face(letters, 0, FontStyle.Gothic, FontStyle.Myeongjo) : b.Face(letters);
        var style = new TextStyle(face, new Paint(ColourName.Black, SKColor.FromHsv(0, 0, b.Random.Between(5f, 38f))));
        if (b.Split == SceneSplit.Training)
            style = b.Vary(style);
        float y = 40;

        b.TextIn(SKRect.Create(edge, y - 22, width - 40, 44), facts.Shop, letter * b.Random.Between(1.2f, 1.7f), style, TextRole.ShopName);
        y += row * 1.1f;
        if (showPhone)
        {
            b.TextIn(SKRect.Create(edge, y - (row / 2), width - 40, row), (b.Random.Chance(0.5) ? "TEL " : "전화 ") + phone, letter, style, TextRole.Phone, b.Random.Pick(Anchor.Left, Anchor.Centre));
            y += row;
        }
        if (facts.Date is { } date)
        {
            b.TextIn(SKRect.Create(edge, y - (row / 2), width - 40, row), date, letter, style, TextRole.Date, Anchor.Left);
            y += row;
        }
        Rule(b, edge, right, ref y, row);
        if (header)
        {
            b.Text("상품", edge, y, letter, style, TextRole.Label, Anchor.Left);
            if (layout == Layout.Units)
                b.Text("단가", width * 0.54f, y, letter, style, TextRole.Label, Anchor.Right);
            if (layout is Layout.Columns or Layout.Units)
                b.Text("수량", width * (layout == Layout.Units ? 0.63f : 0.53f), y, letter, style, TextRole.Label);
            b.Text("금액", right, y, letter, style, TextRole.Label, Anchor.Right);
            y += row;
        }
        string quantity = layout switch { Layout.Numbered => "#개", Layout.Coded => b.Random.Pick("#", "#개", "x#"), Layout.Times => b.Random.Pick("x#", "x #", "#x", "# x"), _ => "#" };
        for (int i = 0; i < facts.Items.Count; i++)
        {
            ReceiptItem item = facts.Items[i];
            float indent = edge + (layout is Layout.Numbered or Layout.QuantityFirst ? 44 : 0);
            float nameRoom = layout switch { Layout.TwoRows or Layout.Coded => width - 40, Layout.Short or Layout.Slip => width * 0.5f, Layout.QuantityFirst => width * 0.45f, Layout.Units => width * 0.34f, Layout.Numbered => width * 0.29f, _ => width * 0.4f };
            if (layout == Layout.Numbered)
                b.Text($"{i + 1}.", edge, y, letter, style, TextRole.Label, Anchor.Left);
            if (layout == Layout.QuantityFirst)
                b.Text(item.Quantity.ToString(), edge, y, letter, style, TextRole.Quantity, Anchor.Left);
            PriceTags.Measured(b, SKRect.Create(indent, y - (row / 2), nameRoom, row), item.Name, measures[i], letter, style, Anchor.Left);
            if (TakesTwoRows(layout))
                y += row;
            if (layout == Layout.TwoRows)
            {
                b.Text($"{Words.Won(item.UnitPrice)} x {item.Quantity}", edge + 20, y, letter * 0.92f, style, TextRole.Quantity, Anchor.Left);
            }
            else if (layout == Layout.Units)
            {
                b.Text(Words.Won(item.UnitPrice), width * 0.56f, y, letter * 0.92f, style, TextRole.Distractor, Anchor.Right);
                b.Text(item.Quantity.ToString(), width * 0.63f, y, letter, style, TextRole.Quantity);
            }
            else if (layout is Layout.Columns or Layout.Numbered or Layout.Coded or Layout.Times)
            {
                if (layout == Layout.Coded)
                    b.Text(b.Random.Between(100_000, 99_999_999).ToString(), edge + 20, y, letter * 0.92f, style, TextRole.Distractor, Anchor.Left);
                b.Text(quantity.Replace("#", item.Quantity.ToString(), StringComparison.Ordinal), width * (layout is Layout.Numbered or Layout.Coded ? 0.56f : 0.53f), y, letter, style, TextRole.Quantity);
            }
            b.TextIn(SKRect.Create(width * 0.64f, y - (row / 2), right - (width * 0.64f), row), Words.Won(item.Amount), letter, style, TextRole.Price, Anchor.Right);
            y += row;
        }
        Rule(b, edge, right, ref y, row);
        Sum(b, style, b.Random.Pick("합계", "합 계", "총액", "결제 금액"), Words.Won(facts.Total) + (b.Random.Chance(0.5) ? "원" : ""), edge, right, y, letter * b.Random.Between(1, 1.25f), row, TextRole.Total);
        y += row * 1.1f;
        if (facts.Paid is { } paid)
        {
            Sum(b, style, "받은 돈", Words.Won(paid), edge, right, y, letter, row, TextRole.Distractor);
            y += row;
            Sum(b, style, "거스름돈", Words.Won(facts.Change!.Value), edge, right, y, letter, row, TextRole.Distractor);
            y += row;
        }
        foreach (string line in paying)
        {
            b.TextIn(SKRect.Create(edge, y - (row / 2), width - 40, row), line, letter, style, TextRole.Distractor, Anchor.Left);
            y += row;
        }
        if (thanks)
            b.TextIn(SKRect.Create(edge, y - (row / 2), width - 40, row), b.Random.Pick("감사합니다", "또 오세요", "이용해 주셔서 감사합니다"), letter, style, TextRole.Body);
    }

    private static void Sum(SceneBuilder b, TextStyle style, string label, string amount, float left, float right, float y, float letter, float row, TextRole role)
    {
        float after = Math.Max(left + 130, b.Text(label, left, y, letter, style, TextRole.Label, Anchor.Left).Area.Right + (letter * 0.4f));
        b.TextIn(SKRect.Create(after, y - (row * 0.6f), right - after, row * 1.2f), amount, letter, style, role, Anchor.Right);
    }

    private static void Rule(SceneBuilder b, float left, float right, ref float y, float row)
    {
        b.Line(left, y - (row * 0.3f), right, y - (row * 0.3f), 2, new SKColor(90, 90, 90), b.Random.Pick(0f, 6f, 6f));
        y += row * 0.35f;
    }
}

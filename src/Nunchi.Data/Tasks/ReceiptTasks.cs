using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Content;

namespace Nunchi.Data.Tasks;

/// <summary>Questions at a receipt: the sum, the shop, the date, what was bought and how many.</summary>
internal static class ReceiptTasks
{
    public static Turn? Ask(AskContext ask)
    {
        ReceiptFacts receipt = ask.Scene.Facts.Receipt!;
        string total = FactTasks.Won(receipt.Total, ask.Korean);
        List<ReceiptItem> items = [.. receipt.Items.Where(i => ask.Readable.Any(t => t.Role == TextRole.Product && t.Text == i.Name))];
        ReceiptItem? item = items.Count > 0 ? ask.Random.From(items) : null;
        bool amounts = ask.Readable.Count(t => t.Role == TextRole.Price) == receipt.Items.Count;
        return FactTasks.AnyOf(ask,
            () => FactTasks.About(ask, "receipt_total", FactTasks.Find(ask, TextRole.Total), total,
                ask.Say(["합계가 얼마야?", "총 얼마야?", "모두 얼마를 냈어?", "총액은 얼마인가요?", "합계 금액을 알려줘", "다 합해서 얼마예요?"], ["What is the total?", "How much is it in total?"]),
                ask.Say(["합계는 {0}입니다.", "모두 {0}입니다."], ["The total is {0}."])) is { } turn
                ? turn with { Truth = turn.Truth with { Accept = [Words.Won(receipt.Total), receipt.Total.ToString()] } } : null,
            () => FactTasks.About(ask, "receipt_shop", FactTasks.Find(ask, TextRole.ShopName), receipt.Shop,
                ask.Say(["어느 가게의 영수증이야?", "어디에서 샀어?", "가게 이름이 뭐야?", "어디에서 산 영수증인가요?"], ["Which shop is the receipt from?"]), ask.Say(["{0}입니다.", "{0}의 영수증입니다."], ["It is from {0}."])),
            () => FactTasks.About(ask, "receipt_date", FactTasks.Find(ask, TextRole.Date), receipt.Date,
                ask.Say(["언제 샀어?", "날짜가 언제야?", "영수증의 날짜를 알려줘", "며칠에 산 건가요?"], ["What is the date?", "When was it?"]), ask.Say(["{0}입니다."], ["It is {0}."])),
            () => items.Count < receipt.Items.Count ? null : new Turn(
                ask.Say(["무엇을 샀어?", "뭘 샀는지 알려줘", "산 물건을 모두 말해줘", "어떤 물건을 샀나요?"], ["What was bought?"]),
                ask.Korean ? Phrase.Fill("{0을} 샀습니다.", Naming.List([.. items.Select(i => i.Name)], true)) : $"{Naming.List([.. items.Select(i => i.Name)], false)}.",
                ask.Truth(TaskKind.TextFact, "receipt_items") with { Accept = [items[0].Name], Text = string.Join('\n', items.Select(i => i.Name)), TextHeight = ask.Readable.Min(t => t.Height) }),
            () => items.Count < receipt.Items.Count ? null : new Turn(
                ask.Say(["몇 가지를 샀어?", "물건은 모두 몇 종류야?"], ["How many different things were bought?"]), ask.Say(["모두 {0}가지입니다."], ["{0}."], receipt.Items.Count.ToString()),
                ask.Truth(TaskKind.TextFact, "receipt_kinds") with { Label = receipt.Items.Count.ToString(), Accept = [receipt.Items.Count.ToString()] }),
            () => item is null || !amounts ? null : Amount(ask, item),
            () => item is null || !ask.Readable.Any(t => t.Role == TextRole.Quantity) ? null : new Turn(
                ask.Say(["{0은} 몇 개 샀어?", "{0은} 몇 개인가요?", "{0}의 수량은?"], ["How many {0} were bought?"], item.Name), ask.Say(["{0}개 샀습니다.", "{0}개입니다."], ["{0}."], item.Quantity.ToString()),
                ask.Truth(TaskKind.TextFact, "receipt_quantity") with { Label = item.Quantity.ToString(), Accept = [item.Quantity.ToString()] }),
            () => receipt.Change is not { } change || !ask.Readable.Any(t => t.Text == Words.Won(change)) ? null : new Turn(
                ask.Say(["거스름돈은 얼마야?", "얼마를 거슬러 받았나요?"], ["How much change was given?"]), ask.Say(["거스름돈은 {0}입니다."], ["The change is {0}."], FactTasks.Won(change, ask.Korean)),
                ask.Truth(TaskKind.TextFact, "receipt_change") with { Accept = [Words.Won(change)], TextHeight = ask.Readable.Min(t => t.Height) }));
    }

    public static string? Summary(AskContext ask)
    {
        ReceiptFacts receipt = ask.Scene.Facts.Receipt!;
        if (FactTasks.Find(ask, TextRole.ShopName) is null || FactTasks.Find(ask, TextRole.Total) is null)
            return null;
        string items = Naming.List([.. receipt.Items.Select(i => i.Name)], ask.Korean);
        return ask.Korean
            ? Phrase.Fill("{0} 영수증입니다. {1을} 샀고 합계는 {2}입니다.", receipt.Shop, items, FactTasks.Won(receipt.Total, true))
            : $"A receipt from {receipt.Shop}: {items}. The total is {FactTasks.Won(receipt.Total, false)}.";
    }

    private static Turn Amount(AskContext ask, ReceiptItem item) => new(
        ask.Say(item.Quantity == 1 ? ["{0은} 얼마야?", "{0}의 값은 얼마인가요?"] : ["{0} {1}개의 금액은 얼마야?", "{0}에 모두 얼마를 냈어?"], item.Quantity == 1 ? ["How much was {0}?"] : ["How much was paid for {1} {0}?"], item.Name, item.Quantity.ToString()),
        ask.Say(["{0}입니다."], ["{0}."], FactTasks.Won(item.Amount, ask.Korean)),
        ask.Truth(TaskKind.TextFact, "receipt_amount") with { Accept = [Words.Won(item.Amount), item.Amount.ToString()], TextHeight = ask.Readable.Min(t => t.Height) });
}

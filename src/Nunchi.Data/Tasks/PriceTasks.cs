using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Content;

namespace Nunchi.Data.Tasks;

/// <summary>Questions at price tags and menus: how much, what costs so much, the dearest and the cheapest.</summary>
internal static class PriceTasks
{
    public static Turn? Ask(AskContext ask)
    {
        List<PricedItem> items = Readable(ask);
        if (items.Count == 0)
            return null;
        List<Func<Turn?>> makers = [() => HowMuch(ask, items), () => HowMuch(ask, items), () => What(ask, items)];
        if (items.Count > 1)
        {
            makers.Add(() => Extreme(ask, items));
            makers.Add(() => ByPrice(ask, items));
        }
        if (items.Any(i => i.OldPrice is not null))
            makers.Add(() => Old(ask, items.First(i => i.OldPrice is not null)));
        return ask.Random.From(makers)();
    }

    public static string? Summary(AskContext ask)
    {
        List<PricedItem> items = Readable(ask);
        if (items.Count == 0)
            return null;
        string kind = Naming.Kind(ask.Scene.Kind, ask.Korean), list = Naming.List([.. items.Take(5).Select(i => $"{i.Name} {FactTasks.Won(i.Price, ask.Korean)}")], ask.Korean);
        return ask.Korean
            ? Phrase.Fill(items.Count == 1 ? "{0}{1}입니다. {2}의 가격은 {3}입니다." : "{0}{1}입니다. {4} 등이 적혀 있습니다.", FactTasks.Ground(ask), kind, items[0].Name, FactTasks.Won(items[0].Price, true), list)
            : $"A {FactTasks.Ground(ask)}{kind}: {list}.";
    }

    /// <summary>Items whose name and price both can be read.</summary>
    private static List<PricedItem> Readable(AskContext ask) =>
        [.. ask.Scene.Facts.Prices.Where(i => ask.Readable.Any(t => t.Text == i.Name) && ask.Readable.Any(t => t.Role == TextRole.Price && t.Text.Contains(Words.Won(i.Price), StringComparison.Ordinal)))];

    private static float? Height(AskContext ask, PricedItem item) => ask.Readable.Where(t => t.Text == item.Name || (t.Role == TextRole.Price && t.Text.Contains(Words.Won(item.Price), StringComparison.Ordinal))).Min(t => (float?)t.Height);

    private static Turn HowMuch(AskContext ask, List<PricedItem> items)
    {
        PricedItem item = ask.Random.From(items);
        bool only = items.Count == 1 && ask.Random.Chance(0.4), boxes = ask.Random.Chance(0.15);
        string question = only
            ? ask.Say(["얼마야?", "가격이 얼마인가요?", "이거 얼마예요?", "값이 얼마입니까?", "가격을 알려줘"], ["How much is it?", "What is the price?"])
            : ask.Say(["{0은} 얼마야?", "{0} 얼마예요?", "{0} 가격이 얼마인가요?", "{0}의 가격을 알려줘", "{0은} 얼마입니까?"], ["How much is {0}?", "What is the price of {0}?"], item.Name);
        SceneText? text = ask.Readable.FirstOrDefault(t => t.Role == TextRole.Price && t.Text.Contains(Words.Won(item.Price), StringComparison.Ordinal));
        string won = boxes && text is not null ? GroundingTags.Char(text.Text, ReadingTasks.Box(ask, text)) : FactTasks.Won(item.Price, ask.Korean);
        string answer = ask.Say(only ? ["{1}입니다."] : ["{0은} {1}입니다.", "{1}입니다."], ["{0} is {1}."], item.Name, won);
        return new Turn((boxes ? GroundingTags.AskForBoxes : "") + question, answer, ask.Truth(TaskKind.TextFact, "price") with
        {
            Accept = [Words.Won(item.Price), item.Price.ToString()],
            Boxes = boxes && text is not null ? [new TruthBoxes(text.Text, "char", [ReadingTasks.Box(ask, text)])] : [],
            TextHeight = Height(ask, item),
        });
    }

    private static Turn What(AskContext ask, List<PricedItem> items)
    {
        string list = Naming.List([.. items.Select(i => i.Name)], ask.Korean);
        return new Turn(
            ask.Say(items.Count == 1 ? ["무엇의 가격이야?", "어떤 상품이야?", "무슨 물건의 가격표인가요?"] : ["어떤 것들을 팔아?", "메뉴에 뭐가 있어?", "무엇을 파는지 알려 주세요"], ["What is sold here?"]),
            ask.Korean ? Phrase.Fill(items.Count == 1 ? "{0}입니다." : "{0이} 있습니다.", list) : $"{list}.",
            ask.Truth(TaskKind.TextFact, "product") with { Accept = [items[0].Name], TextHeight = Height(ask, items[0]) });
    }

    private static Turn? Extreme(AskContext ask, List<PricedItem> items)
    {
        bool dear = ask.Random.Chance(0.5);
        List<PricedItem> order = [.. items.OrderBy(i => dear ? -i.Price : i.Price)];
        if (order[0].Price == order[1].Price || items.Count < ask.Scene.Facts.Prices.Count)
            return null;
        return new Turn(
            dear ? ask.Say(["가장 비싼 것은 뭐야?", "제일 비싼 게 뭐예요?", "가장 비싼 것은 무엇인가요?"], ["Which one is the most expensive?"]) : ask.Say(["가장 싼 것은 뭐야?", "제일 싼 게 뭐예요?", "가장 저렴한 것은 무엇인가요?"], ["Which one is the cheapest?"]),
            ask.Say(["{0}입니다. 가격은 {1}입니다."], ["{0}, at {1}."], order[0].Name, FactTasks.Won(order[0].Price, ask.Korean)),
            ask.Truth(TaskKind.TextFact, dear ? "price_highest" : "price_lowest") with { Accept = [order[0].Name], TextHeight = Height(ask, order[0]) });
    }

    private static Turn? ByPrice(AskContext ask, List<PricedItem> items)
    {
        PricedItem item = ask.Random.From(items);
        if (ask.Scene.Facts.Prices.Count(i => i.Price == item.Price) > 1)
            return null;
        return new Turn(
            ask.Say(["{0}짜리는 뭐야?", "{0}에 파는 것은 무엇인가요?", "가격이 {0}인 것은 뭐야?"], ["Which one costs {0}?"], FactTasks.Won(item.Price, ask.Korean)),
            ask.Say(["{0}입니다."], ["{0}."], item.Name), ask.Truth(TaskKind.TextFact, "product_by_price") with { Accept = [item.Name], TextHeight = Height(ask, item) });
    }

    private static Turn Old(AskContext ask, PricedItem item) => ask.Random.Chance(0.5)
        ? new Turn(ask.Say(["원래 가격은 얼마야?", "할인 전 가격은 얼마인가요?"], ["What was the price before?"]), ask.Say(["원래 가격은 {0}입니다."], ["It was {0}."], FactTasks.Won(item.OldPrice!.Value, ask.Korean)),
            ask.Truth(TaskKind.TextFact, "price_old") with { Accept = [Words.Won(item.OldPrice.Value)], TextHeight = FactTasks.Find(ask, TextRole.OldPrice)?.Height })
        : new Turn(ask.Say(["얼마나 할인됐어?", "할인된 금액은 얼마인가요?"], ["How much is taken off?"]), ask.Say(["{0} 할인되었습니다."], ["{0} is taken off."], FactTasks.Won(item.OldPrice!.Value - item.Price, ask.Korean)),
            ask.Truth(TaskKind.TextFact, "price_saved") with { Accept = [Words.Won(item.OldPrice.Value - item.Price)], TextHeight = FactTasks.Find(ask, TextRole.OldPrice)?.Height });
}

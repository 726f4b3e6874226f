using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>Conversations about two to four pictures: which one, what is in the second, what is the same, which is dearer.</summary>
internal static class SeveralImageTasks
{
    private static readonly string[] KoreanOrdinals = ["첫 번째", "두 번째", "세 번째", "네 번째"];
    private static readonly string[] EnglishOrdinals = ["first", "second", "third", "fourth"];

    public static TrainingSample Sample(string id, SceneSampler scenes, SceneRandom random, bool korean)
    {
        int count = random.Chance(0.6) ? 2 : random.Between(3, 4);
        SceneKind? same = random.Chance(0.4) ? random.Pick(SceneKind.Station, SceneKind.PriceTag, SceneKind.Table, SceneKind.Word, SceneKind.Playground) : null;
        List<RenderedScene> pictures = [.. Enumerable.Range(0, count).Select(i => same is { } kind ? scenes.Draw(random.NextBits(), (ulong)i, kind) : scenes.Draw(random.NextBits(), (ulong)i))];
        List<AskContext> asks = [.. pictures.Select(p => new AskContext(p.Scene, random, korean))];
        List<Turn> turns = [];
        int wanted = random.Between(1, 3);
        for (int attempt = 0; attempt < 24 && turns.Count < wanted; attempt++)
        {
            Turn? turn = random.Next(6) switch
            {
                0 => Which(asks),
                1 => WhichText(asks),
                2 => OneOf(asks),
                3 => SameThing(asks),
                4 => Kinds(asks),
                _ => Dearer(asks),
            };
            if (turn is not null && !turns.Any(t => t.Question == turn.Question || t.Answer == turn.Answer))
                turns.Add(turn);
        }
        if (turns.Count == 0)
            turns.Add(Kinds(asks));
        return SampleSource.Assemble(id, scenes.Split, pictures, turns);
    }

    private static string Ordinal(AskContext ask, int index) => (ask.Korean ? KoreanOrdinals : EnglishOrdinals)[index];

    private static TurnTruth Truth(AskContext ask, string question) => ask.Truth(TaskKind.SeveralImages, question) with { Group = "several" };

    private static Turn? Which(List<AskContext> asks)
    {
        AskContext ask = asks[0];
        int index = ask.Random.Next(asks.Count);
        if (asks[index].Groups.Count == 0)
            return null;
        ThingGroup group = ask.Random.From(asks[index].Groups);
        for (int i = 0; i < asks.Count; i++)
        {
            if (i != index && asks[i].Scene.Objects.Any(o => o.Class == group.Class.Key))
                return null;
        }
        string phrase = Naming.Thing(group.Class, group.Colour, ask.Korean, false);
        return new Turn(
            ask.Say(["{0이} 있는 사진은 몇 번째야?", "{0은} 몇 번째 사진에 있나요?", "어느 사진에 {0이} 있어?"], ["Which image shows {1} {0}?", "In which image is there {1} {0}?"], phrase, Naming.Article(phrase)),
            ask.Say(["{0은} {1} 사진에 있습니다."], ["The {1} image."], phrase, Ordinal(ask, index)),
            Truth(ask, "which_thing") with { Label = (index + 1).ToString(), Accept = [Ordinal(ask, index)] });
    }

    private static Turn? WhichText(List<AskContext> asks)
    {
        AskContext ask = asks[0];
        int index = ask.Random.Next(asks.Count);
        List<SceneText> texts = [.. asks[index].Readable.Where(t => t.Text.Length is >= 1 and <= 12)];
        if (texts.Count == 0)
            return null;
        SceneText text = ask.Random.From(texts);
        for (int i = 0; i < asks.Count; i++)
        {
            if (i != index && asks[i].Scene.Texts.Any(t => t.Text.Contains(text.Text, StringComparison.OrdinalIgnoreCase)))
                return null;
        }
        return new Turn(
            ask.Say(["{0'이라고} 적힌 사진은 몇 번째야?", "{0'이라는} 글자는 어느 사진에 있나요?"], ["Which image says '{0}'?"], text.Text),
            ask.Say(["{0} 사진입니다.", "{0} 사진에 적혀 있습니다."], ["The {0} image."], Ordinal(ask, index)),
            Truth(ask, "which_text") with { Label = (index + 1).ToString(), Accept = [Ordinal(ask, index)], TextHeight = text.Height });
    }

    private static Turn? OneOf(List<AskContext> asks)
    {
        AskContext ask = asks[0];
        int index = ask.Random.Next(asks.Count);
        AskContext one = asks[index];
        string ordinal = Ordinal(ask, index);
        if (one.Readable.Count > 0 && one.Groups.Count == 0)
        {
            string text = ReadingTasks.Joined(one.Readable);
            return new Turn(ask.Say(["{0} 사진의 글자를 읽어줘", "{0} 사진에는 뭐라고 적혀 있어?", "{0} 이미지에 쓰인 글을 알려 주세요"], ["Read the text of the {0} image.", "What does the {0} image say?"], ordinal), text,
                Truth(ask, "read_one") with { Text = text, TextHeight = one.Readable.Min(t => t.Height) });
        }
        if (one.Groups.Count == 0)
            return null;
        string list = Naming.List([.. one.FromLeft.Select(g => Naming.Counted(g, ask.Korean))], ask.Korean);
        return new Turn(ask.Say(["{0} 사진에는 뭐가 있어?", "{0} 사진에 무엇이 보이나요?"], ["What is in the {0} image?"], ordinal),
            ask.Say(["{0} 사진에는 {1이} 있습니다."], ["The {0} image shows {1}."], ordinal, list), Truth(ask, "what_one") with { Boxes = ThingTasks.Boxes(one) });
    }

    private static Turn? SameThing(List<AskContext> asks)
    {
        if (asks.Count != 2 || asks[0].Groups.Count == 0 || asks[1].Groups.Count == 0)
            return null;
        AskContext ask = asks[0];
        List<ObjectClass> common = [.. asks[0].Groups.Select(g => g.Class).Distinct().Where(c => asks[1].Groups.Any(g => g.Class == c))];
        string question = ask.Say(["두 사진에 모두 있는 것은 뭐야?", "두 사진의 공통점이 뭐야?", "두 사진에 똑같이 나오는 물건이 있나요?"], ["What do both images show?", "Is there anything that both images show?"]);
        if (common.Count == 0)
            return new Turn(question, ask.Say(["두 사진에 모두 있는 것은 없습니다."], ["There is nothing that both images show."]), Truth(ask, "common") with { Label = "none", Accept = ["없습니다", "nothing"] });
        string list = Naming.List([.. common.Select(c => ask.Korean ? c.Korean : c.Plural)], ask.Korean);
        return new Turn(question, ask.Say(["두 사진에 모두 {0이} 있습니다."], ["Both images show {0}."], list), Truth(ask, "common") with { Accept = [ask.Korean ? common[0].Korean : common[0].Plural] });
    }

    private static Turn Kinds(List<AskContext> asks)
    {
        AskContext ask = asks[0];
        string answer = string.Join(' ', asks.Select((a, i) => ask.Korean
            ? $"{KoreanOrdinals[i]} 사진은 {Naming.Kind(a.Scene.Kind, true)}입니다."
            : $"The {EnglishOrdinals[i]} image shows {(a.Scene.Kind is SceneKind.Table or SceneKind.Shapes ? "" : Naming.Article(Naming.Kind(a.Scene.Kind, false)) + " ")}{Naming.Kind(a.Scene.Kind, false)}."));
        bool differ = asks.Select(a => a.Scene.Kind).Distinct().Count() == asks.Count && ask.Random.Chance(0.4);
        return new Turn(
            differ ? ask.Say([asks.Count == 2 ? "두 사진의 차이가 뭐야?" : "사진들이 서로 어떻게 다른가요?"], ["What is the difference between the images?"]) : ask.Say(["각각 무슨 사진이야?", "사진들을 차례로 설명해줘"], ["What does each image show?"]),
            answer, Truth(ask, "each") with { Accept = [Naming.Kind(asks[0].Scene.Kind, ask.Korean)] });
    }

    private static Turn? Dearer(List<AskContext> asks)
    {
        AskContext ask = asks[0];
        if (asks.Count != 2 || asks.Any(a => a.Scene.Facts.Prices.Count != 1 || FactTasks.Find(a, TextRole.Price) is null))
            return null;
        int first = asks[0].Scene.Facts.Prices[0].Price, second = asks[1].Scene.Facts.Prices[0].Price;
        if (first == second)
            return null;
        int index = first > second ? 0 : 1;
        PricedItem item = asks[index].Scene.Facts.Prices[0];
        return new Turn(ask.Say(["어느 쪽이 더 비싸?", "둘 중 더 비싼 것은 무엇인가요?", "어느 것이 더 비싼가요?"], ["Which one is more expensive?"]),
            ask.Say(["{0} 사진의 {1이} {2}으로 더 비쌉니다."], ["The {1} in the {0} image, at {2}."], Ordinal(ask, index), item.Name, FactTasks.Won(item.Price, ask.Korean)),
            Truth(ask, "dearer") with { Label = (index + 1).ToString(), Accept = [item.Name, Ordinal(ask, index)] });
    }
}

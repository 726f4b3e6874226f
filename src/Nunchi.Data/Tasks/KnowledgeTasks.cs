using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>What is known about a thing beside how it looks.</summary>
internal static class KnowledgeTasks
{
    private static readonly HashSet<string> Flying = ["owl", "duck", "butterfly", "bee", "ladybug", "airplane", "helicopter", "rocket", "kite"];
    private static readonly HashSet<string> NotFlying = ["dog", "cat", "rabbit", "bear", "panda", "tiger", "lion", "cow", "pig", "horse", "monkey", "elephant", "giraffe", "sheep", "penguin", "turtle", "frog", "fish", "whale", "octopus", "snail", "car", "bus", "truck", "bicycle", "train", "taxi"];

    private static readonly Dictionary<string, int> Legs = new()
    {
        ["dog"] = 4,
        ["cat"] = 4,
        ["rabbit"] = 4,
        ["bear"] = 4,
        ["panda"] = 4,
        ["tiger"] = 4,
        ["lion"] = 4,
        ["cow"] = 4,
        ["pig"] = 4,
        ["horse"] = 4,
        ["elephant"] = 4,
        ["giraffe"] = 4,
        ["sheep"] = 4,
        ["turtle"] = 4,
        ["frog"] = 4,
        ["chicken"] = 2,
        ["chick"] = 2,
        ["duck"] = 2,
        ["penguin"] = 2,
        ["owl"] = 2,
        ["butterfly"] = 6,
        ["bee"] = 6,
        ["ladybug"] = 6,
        ["octopus"] = 8,
    };

    private static readonly Dictionary<string, (string Korean, string English)> Uses = new()
    {
        ["umbrella"] = ("비가 올 때 씁니다.", "It is used when it rains."),
        ["scissors"] = ("종이나 천을 자를 때 씁니다.", "They are used to cut paper or cloth."),
        ["pencil"] = ("글씨를 쓰거나 그림을 그릴 때 씁니다.", "It is used to write or draw."),
        ["key"] = ("문을 열거나 잠글 때 씁니다.", "It is used to open or lock a door."),
        ["clock"] = ("시간을 알고 싶을 때 봅니다.", "It shows the time."),
        ["camera"] = ("사진을 찍을 때 씁니다.", "It is used to take pictures."),
        ["phone"] = ("전화를 걸거나 메시지를 보낼 때 씁니다.", "It is used to call or write to someone."),
        ["glasses"] = ("잘 보이지 않을 때 씁니다.", "They help people see better."),
        ["bed"] = ("잠을 잘 때 씁니다.", "It is used to sleep."),
        ["chair"] = ("앉을 때 씁니다.", "It is used to sit on."),
        ["book"] = ("읽을 때 봅니다.", "It is for reading."),
        ["guitar"] = ("음악을 연주할 때 씁니다.", "It is used to play music."),
        ["mailbox"] = ("편지를 부칠 때 씁니다.", "It is used to post letters."),
        ["ambulance"] = ("아픈 사람을 병원으로 옮길 때 씁니다.", "It takes sick people to hospital."),
        ["firetruck"] = ("불을 끌 때 씁니다.", "It is used to put out fires."),
        ["cap"] = ("머리에 씁니다.", "It is worn on the head."),
        ["shoe"] = ("발에 신습니다.", "It is worn on the foot."),
    };

    private static readonly Dictionary<string, string> Homes = new()
    {
        ["fish"] = "물속",
        ["whale"] = "바다",
        ["octopus"] = "바다",
        ["penguin"] = "남극",
        ["lion"] = "초원",
        ["giraffe"] = "초원",
        ["cow"] = "농장",
        ["pig"] = "농장",
        ["chicken"] = "농장",
        ["squirrel"] = "숲",
        ["owl"] = "숲",
        ["cactus"] = "사막",
    };

    public static Turn? Ask(AskContext ask)
    {
        if (ask.Scene.Facts.Station is not null)
            return StationTasks.Knowledge(ask);
        List<ThingGroup> single = [.. ask.Groups.Where(g => g.NounIsEnough && IsAskedFor(g.Class))];
        if (single.Count == 0)
            return null;
        ThingGroup group = ask.Random.From(single);
        return About(group.Class, group.Count > 1, ask.Random, ask.Truth(TaskKind.Knowledge, "")) with { Subject = group };
    }

    /// <summary>Whether there is anything to know about a kind of thing; nobody asks of people what is asked of things.</summary>
    public static bool IsAskedFor(ObjectClass what) => what.Category != "person";

    /// <summary>The same without a picture.</summary>
    public static Turn About(ObjectClass what, SceneRandom random, TurnTruth truth) => About(what, true, random, truth);

    /// <param name="what">The kind of thing.</param>
    /// <param name="any">Whether English asks about the kind ("a camera") and not about the one there is ("the camera").</param>
    /// <param name="random">Chooses the fact and its wording.</param>
    /// <param name="truth">What the question has in common with others; it is named here.</param>
    private static Turn About(ObjectClass what, bool any, SceneRandom random, TurnTruth truth)
    {
        bool korean = truth.Language == "ko";
        string key = what.Key, noun = Naming.Thing(what, ColourName.None, korean, false);
        string it = korean ? noun : any ? $"{Naming.Article(noun)} {noun}" : $"the {noun}";
        List<Func<Turn>> facts = [];
        bool flies = Flying.Contains(key), food = what.Category is "fruit" or "food";
        if (flies || NotFlying.Contains(key))
            facts.Add(() => YesNo("can_fly", flies, ["{0은} 날 수 있어?", "{0은} 하늘을 날 수 있나요?"], "Can {0} fly?", flies ? "{0은} 날 수 있습니다." : "{0은} 날 수 없습니다.", flies ? "it can fly." : "it cannot fly."));
        if (Legs.TryGetValue(key, out int legs) && korean)
        {
            string number = legs switch { 2 => "두", 4 => "네", 6 => "여섯", _ => "여덟" };
            facts.Add(() => Turn("legs", ["{0은} 다리가 몇 개야?", "{0}의 다리는 몇 개인가요?"], Phrase.Fill("{0은} 다리가 {1} 개입니다.", noun, number), legs.ToString(), [number + " 개", legs.ToString()]));
        }
        if (Uses.TryGetValue(key, out (string Korean, string English) use))
        {
            string told = korean ? use.Korean : use.English;
            facts.Add(() => Turn("use", korean ? ["{0은} 언제 써?", "{0은} 무엇에 쓰나요?", "{0은} 어디에 쓰는 거야?"] : ["What is {0} for?"], told, null, [told[..^1]]));
        }
        if (Homes.TryGetValue(key, out string? home) && korean)
            facts.Add(() => Turn("home", ["{0은} 어디에 살아?", "{0은} 주로 어디에서 사나요?"], Phrase.Fill("{0은} 주로 {1}에서 삽니다.", noun, home), null, [home]));
        if (facts.Count == 0 || random.Chance(0.25))
            facts.Add(() => YesNo("can_eat", food, ["{0은} 먹을 수 있는 거야?", "{0은} 먹을 수 있나요?"], "Can you eat {0}?", food ? "{0은} 먹을 수 있습니다." : "{0은} 먹는 것이 아닙니다.", food ? "you can eat it." : "it is not food."));
        return random.From(facts)();

        Turn Turn(string name, string[] questions, string answer, string? label, IReadOnlyList<string> accept) =>
            new(Phrase.Fill(random.Pick(questions), it), answer, truth with { Question = name, Label = label, Accept = accept });

        Turn YesNo(string name, bool yes, string[] questions, string english, string told, string toldInEnglish)
        {
            string[] first = yes ? ["네", "Yes"] : ["아니요", "No"];
            return Turn(name, korean ? questions : [english], korean ? $"{first[0]}, {Phrase.Fill(told, noun)}" : $"{first[1]}, {toldInEnglish}", yes ? "yes" : "no", first);
        }
    }
}

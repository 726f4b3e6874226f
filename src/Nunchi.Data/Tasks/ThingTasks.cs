using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>Questions about things: what, where, how many, which colour, how they lie to each other.</summary>
internal static class ThingTasks
{
    public static Turn? What(AskContext ask)
    {
        if (ask.Groups.Count == 0)
            return null;
        if (ask.Random.Chance(0.4) && Outermost(ask) is { } edge)
            return edge;
        if (ask.Random.Chance(0.4) && AtPlace(ask) is { } there)
            return there;
        string question = ask.Say(
            ["뭐가 보여?", "무엇이 있어?", "사진에 무엇이 있나요?", "어떤 것들이 있는지 알려줘", "여기 뭐가 있어?", "무엇이 보이는지 말해 주세요", "어떤 물건들이 있나요?"],
            ["What can you see?", "What is in the image?", "Which things are there?"]);
        List<string> items = [.. ask.FromLeft.Select(g => Naming.Counted(g, ask.Korean))];
        string answer = ask.Korean
            ? Phrase.Fill(ask.Random.Pick("{0이} 있습니다.", "{0이} 보입니다."), Naming.List(items, true))
            : $"I can see {Naming.List(items, false)}.";
        return new Turn(question, answer, ask.Truth(TaskKind.What, "what_all") with { Boxes = Boxes(ask) });
    }

    public static Turn? Where(AskContext ask)
    {
        List<ThingGroup> single = [.. ask.Groups.Where(g => g.Count == 1 && Settled(g.Members[0], ask.Scene))];
        if (single.Count == 0)
            return null;
        ThingGroup group = ask.Random.From(single);
        string phrase = Unique(ask, group);
        string question = ask.Say(["{0은} 어느 쪽에 있어?", "{0은} 사진의 어디쯤에 있나요?", "{0은} 어디에 있어?", "{0}의 위치를 말로 설명해줘"], ["Where is the {0}?", "On which side is the {0}?"], phrase);
        string answer = ask.Say(["{0은} {1}에 있습니다."], ["The {0} is {2}."], phrase, group.Spot.Korean, group.Spot.English);
        return new Turn(question, answer, ask.Truth(TaskKind.Where, "where") with { Label = group.Spot.Key, Accept = [group.Spot.Korean, group.Spot.English] }) { Subject = group };
    }

    public static Turn? Count(AskContext ask)
    {
        if (ask.Groups.Count == 0)
            return null;
        if (ask.Random.Chance(0.15))
        {
            (ObjectClass what, ColourName colour, IReadOnlyList<BoundingBox> near) = LocateTasks.Absent(ask)!.Value;
            string none = Naming.Thing(what, colour, ask.Korean, true);
            return new Turn(CountQuestion(ask, none, what), ask.Say(["{0은} 없습니다.", "{0은} 보이지 않습니다."], ["There are no {0}."], none),
                ask.Truth(TaskKind.Count, "count") with { Label = "0", Accept = ["없습니다", "보이지 않", " no ", "0"] })
            { About = near };
        }
        ThingGroup group = ask.Random.From(ask.Groups);
        bool byColour = group.Colour != ColourName.None && ask.Random.Chance(0.35);
        int count = byColour ? group.Count : ask.Groups.Where(g => g.Class == group.Class).Sum(g => g.Count);
        string phrase = Naming.Thing(group.Class, byColour ? group.Colour : ColourName.None, ask.Korean, true);
        string number = Naming.Count(count, group.Class, ask.Korean);
        string answer = ask.Korean
            ? Phrase.Fill(ask.Random.Pick("{0은} {1} 있습니다.", "{0이} {1} 있습니다.", "{0은} 모두 {1}입니다."), phrase, number)
            : count == 1 ? $"There is one {Naming.Thing(group.Class, byColour ? group.Colour : ColourName.None, false, false)}." : $"There are {number} {phrase}.";
        return new Turn(CountQuestion(ask, phrase, group.Class), answer, ask.Truth(TaskKind.Count, "count") with { Label = count.ToString(), Accept = [number, count.ToString()] })
        {
            Subject = group,
            About = [.. ask.Groups.Where(g => byColour ? g == group : g.Class == group.Class).SelectMany(g => g.Boxes)],
        };
    }

    public static Turn? Colour(AskContext ask)
    {
        List<ThingGroup> coloured = [.. ask.Groups.Where(g => g.Colour != ColourName.None && g.NounIsEnough)];
        ColourName board = ask.Scene.Facts.BoardColour;
        if (board != ColourName.None && ask.Scene.Kind is not (SceneKind.Playground or SceneKind.Table or SceneKind.Shapes) && (coloured.Count == 0 || ask.Random.Chance(0.5)))
        {
            string noun = Naming.Kind(ask.Scene.Kind, ask.Korean), colour = ask.Korean ? Colours.Noun(board) : Colours.English(board);
            return new Turn(ask.Say(["{0}의 바탕은 무슨 색이야?", "{0} 바탕색이 뭐야?", "바탕은 무슨 색인가요?", "배경색은 무엇입니까?"], ["What is the background colour of the {0}?", "What colour is the {0}?"], noun),
                ask.Say(["바탕은 {0}입니다."], ["It is {0}."], colour), ask.Truth(TaskKind.Colour, "board_colour") with { Label = LocateTasks.Key(board), Accept = LocateTasks.Words(board) });
        }
        if (coloured.Count == 0)
            return null;
        ThingGroup group = ask.Random.From(coloured);
        string phrase = group.Phrase(ask.Korean, false), word = ask.Korean ? Colours.Noun(group.Colour) : Colours.English(group.Colour);
        string question = ask.Say(["{0은} 무슨 색이야?", "{0} 색깔이 뭐야?", "{0은} 어떤 색인가요?", "{0}의 색을 알려 주세요"], [group.Count > 1 ? "What colour are the {0}?" : "What colour is the {0}?"], phrase);
        string answer = ask.Say(["{0은} {1}입니다.", "{1}입니다."], [group.Count > 1 ? "The {0} are {1}." : "The {0} is {1}."], phrase, word);
        return new Turn(question, answer, ask.Truth(TaskKind.Colour, "colour") with { Label = LocateTasks.Key(group.Colour), Accept = LocateTasks.Words(group.Colour) }) { Subject = group };
    }

    public static Turn? Relation(AskContext ask)
    {
        List<ThingGroup> single = [.. ask.Groups.Where(g => g.Count == 1)];
        if (single.Count < 2)
            return null;
        List<ThingGroup> pair = ask.Random.Several(single, 2);
        int a = IndexOf(ask.Scene, pair[0].Members[0]), b = IndexOf(ask.Scene, pair[1].Members[0]);
        bool left = Holds(ask.Scene, a, RelationKind.LeftOf, b), right = Holds(ask.Scene, b, RelationKind.LeftOf, a);
        bool above = Holds(ask.Scene, a, RelationKind.Above, b), below = Holds(ask.Scene, b, RelationKind.Above, a);
        if (!(left || right || above || below))
            return null;
        string korean = string.Join(' ', new[] { left ? "왼쪽" : right ? "오른쪽" : "", above ? "위" : below ? "아래" : "" }.Where(w => w.Length > 0));
        if (!left && !right)
            korean += "쪽";
        string sideways = left ? "to the left of" : right ? "to the right of" : "", upwards = above ? "above" : below ? "below" : "";
        string english = sideways.Length > 0 && upwards.Length > 0 ? $"{upwards} and {sideways}" : sideways + upwards;
        string first = Unique(ask, pair[0]), second = Unique(ask, pair[1]);
        string question = ask.Say(["{0은} {1}의 어느 쪽에 있어?", "{1} 기준으로 {0은} 어느 쪽에 있나요?", "{0은} {1}에서 볼 때 어느 쪽인가요?"], ["Where is the {0} relative to the {1}?"], first, second);
        string answer = ask.Say(["{0은} {1}의 {2}에 있습니다."], ["The {0} is {3} the {1}."], first, second, korean, english);
        string label = string.Join('_', new[] { above ? "above" : below ? "below" : "", left ? "left" : right ? "right" : "" }.Where(w => w.Length > 0));
        return new Turn(question, answer, ask.Truth(TaskKind.Relation, "relation") with { Label = label, Accept = [korean, english] }) { About = [.. pair.SelectMany(g => g.Boxes)] };
    }

    /// <summary>The shortest phrase that names a group and nothing else in the picture.</summary>
    public static string Unique(AskContext ask, ThingGroup group) => group.Phrase(ask.Korean, !group.NounIsEnough || (group.Colour != ColourName.None && ask.Random.Chance(0.4)));

    public static IReadOnlyList<TruthBoxes> Boxes(AskContext ask) =>
        [.. ask.Groups.Select(g => Named(ask, g))];

    private static TruthBoxes Named(AskContext ask, ThingGroup group) => new(group.Phrase(ask.Korean, true), "obj", group.Boxes);

    // Only where nothing lies near the border of the place, so that the answer does not hang on a few pixels.
    private static Turn? AtPlace(AskContext ask)
    {
        List<(Spot Spot, IReadOnlyList<ThingGroup> Groups)> clear = [.. ask.ByPlace.Where(place => ask.Groups.SelectMany(g => g.Members).All(thing => Settled(thing, ask.Scene) || !IsNear(place.Spot, thing, ask.Scene)))];
        if (clear.Count == 0)
            return null;
        (Spot spot, IReadOnlyList<ThingGroup> groups) = ask.Random.From(clear);
        string list = Naming.Counted(groups, ask.Korean);
        return new Turn(
            ask.Say(["{0}에는 뭐가 있어?", "{0}에 무엇이 있나요?", "{0}에 보이는 것은 뭐야?"], ["What is {1}?", "What can you see {1}?"], spot.Korean, spot.English),
            ask.Say(["{0}에는 {1이} 있습니다."], [groups is [{ Count: 1 }, ..] ? "There is {1}." : "There are {1}."], spot.Korean, list),
            ask.Truth(TaskKind.What, "what_there") with { Boxes = [.. groups.Select(g => Named(ask, g))] });
    }

    private static Turn? Outermost(AskContext ask)
    {
        List<(ThingGroup Group, SceneObject Thing)> things = [.. ask.Groups.SelectMany(g => g.Members.Select(m => (g, m)))];
        if (things.Count < 2)
            return null;
        int side = ask.Random.Next(4);
        float Key(SceneObject o) => side switch { 0 => o.Box.CentreX, 1 => -o.Box.CentreX, 2 => o.Box.CentreY, _ => -o.Box.CentreY };
        things.Sort((x, y) => Key(x.Thing).CompareTo(Key(y.Thing)));
        float size = side < 2 ? ask.Scene.Width : ask.Scene.Height;
        if (Key(things[1].Thing) - Key(things[0].Thing) < 0.08f * size)
            return null;
        string phrase = Naming.Thing(things[0].Group.Class, things[0].Group.Colour, ask.Korean, false);
        string[] korean = ["가장 왼쪽", "가장 오른쪽", "맨 위", "맨 아래"], english = ["furthest to the left", "furthest to the right", "at the very top", "at the very bottom"];
        return new Turn(
            ask.Say(["{0}에 있는 것은 뭐야?", "{0}에 무엇이 있나요?", "{0}에 있는 물건을 알려줘"], ["What is {1}?"], korean[side], english[side]),
            ask.Say(["{0}에는 {1이} 있습니다."], ["It is {2} {1}."], korean[side], phrase, Naming.Article(phrase)),
            ask.Truth(TaskKind.What, "what_outermost") with { Label = things[0].Group.Class.Key, Accept = [things[0].Group.Class.Korean, things[0].Group.Class.English] });
    }

    private static string CountQuestion(AskContext ask, string phrase, ObjectClass what) => ask.Say(
        ["{0은} 몇 {1}야?", "{0이} 몇 {1} 있어?", "{0은} 모두 몇 {1}인가요?", "{0}의 개수를 세어 줘", "{0이} 몇 {1} 보이나요?"], ["How many {0} are there?", "Count the {0}."], phrase, what.Counter);

    // How far from the border of a ninth the middle of a thing must lie, as a share of the picture, for its place to be told.
    private const float Margin = 0.03f;

    private static bool Settled(SceneObject thing, Scene scene)
    {
        float x = thing.Box.CentreX / scene.Width, y = thing.Box.CentreY / scene.Height;
        return Math.Abs(x - (1 / 3f)) > Margin && Math.Abs(x - (2 / 3f)) > Margin && Math.Abs(y - (1 / 3f)) > Margin && Math.Abs(y - (2 / 3f)) > Margin;
    }

    private static bool IsNear(Spot spot, SceneObject thing, Scene scene)
    {
        bool Between(float at, int third) => at > (third / 3f) - Margin && at < ((third + 1) / 3f) + Margin;
        return Between(thing.Box.CentreX / scene.Width, spot.Column) && Between(thing.Box.CentreY / scene.Height, spot.Row);
    }

    private static int IndexOf(Scene scene, SceneObject thing)
    {
        for (int i = 0; i < scene.Objects.Count; i++)
        {
            if (ReferenceEquals(scene.Objects[i], thing))
                return i;
        }
        return -1;
    }

    private static bool Holds(Scene scene, int first, RelationKind kind, int second) => scene.Relations.Contains(new SceneRelation(first, kind, second));
}

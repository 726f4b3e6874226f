using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>Phrase to box and box to phrase.</summary>
internal static class LocateTasks
{
    public static Turn? Locate(AskContext ask)
    {
        if (ask.Groups.Count == 0)
            return null;
        ThingGroup group = Several(ask) ?? ask.Random.From(ask.Groups);
        bool all = ask.Random.Chance(0.25) && !group.NounIsEnough;
        IReadOnlyList<ThingGroup> meant = all ? [.. ask.Groups.Where(g => g.Class == group.Class)] : [group];
        IReadOnlyList<BoundingBox> boxes = [.. meant.SelectMany(g => g.Boxes).OrderBy(b => b.X1 + b.X2)];
        bool colour = !all && group.Colour != ColourName.None && (!group.NounIsEnough || ask.Random.Chance(0.6));
        if (!all && !colour && !group.NounIsEnough)
            return null;
        string phrase = Naming.Thing(group.Class, colour ? group.Colour : ColourName.None, ask.Korean, boxes.Count > 1);
        string question = Question(ask, phrase, boxes.Count);
        string tag = GroundingTags.Object(phrase, boxes);
        Spot spot = group.Spot;
        string answer = ask.Korean
            ? boxes.Count == 1
                ? ask.Random.Pick(Phrase.Fill("{0은} {1}에 있습니다.", tag, spot.Korean), Phrase.Fill("{0은} 여기에 있습니다.", tag), $"{tag}입니다.")
                : ask.Random.Pick(Phrase.Fill("{0이} 모두 {1} 있습니다.", tag, Naming.Count(boxes.Count, group.Class, true)), Phrase.Fill("{0은} 여기에 있습니다.", tag))
            : boxes.Count == 1 ? $"The {tag} is {spot.English}." : $"There are {Naming.Count(boxes.Count, group.Class, false)} {tag}.";
        return new Turn(question, answer, ask.Truth(TaskKind.Locate, boxes.Count == 1 ? "locate_one" : "locate_several") with { Boxes = [new TruthBoxes(phrase, "obj", boxes)] }) { Subject = all ? null : group };
    }

    // Nothing is drawn from the random numbers where it is not asked for.
    private static ThingGroup? Several(AskContext ask)
    {
        if (ask.SeveralThings <= 0 || !ask.Random.Chance(ask.SeveralThings))
            return null;
        List<ThingGroup> several = [.. ask.Groups.Where(group => group.Count > 1)];
        return several.Count == 0 ? null : ask.Random.From(several);
    }

    public static Turn? LocateAbsent(AskContext ask)
    {
        // Pictures without things would otherwise ask for absent ones only.
        if ((ask.Groups.Count == 0 && ask.Random.Chance(0.6)) || Absent(ask) is not var (what, colour, near))
            return null;
        string phrase = Naming.Thing(what, colour, ask.Korean, false);
        string question = Question(ask, phrase, 1);
        // All begin alike: whether there is such a thing is told by the first word, and a greedy answer takes the likeliest first word, not the likeliest meaning.
        string answer = ask.Say(
            ["{0은} 보이지 않습니다.", "{0은} 사진에 없습니다.", "{0은} 사진에서 보이지 않습니다."],
            ["There is no {0} in the image.", "There is no {0} to be seen here."], phrase);
        return new Turn(question, answer, ask.Truth(TaskKind.LocateAbsent, "locate_absent") with { Label = "none", Accept = ["보이지 않", "없습니다", "no ", "cannot see"], Boxes = [new TruthBoxes(phrase, "obj", [])] }) { About = near };
    }

    public static Turn? DescribeRegion(AskContext ask)
    {
        List<(ThingGroup Group, int Index)> clear = [.. ask.Groups.SelectMany(g => g.Members.Select((m, i) => (g, i))).Where(x => x.g.Members[x.i].Visible > 0.75f)];
        if (clear.Count == 0)
            return null;
        (ThingGroup group, int index) = ask.Random.From(clear);
        string place = GroundingTags.Object(ask.Say(["이 물건", "이것", "여기 있는 것", "이 대상"], ["this object", "this thing", "this"]), group.Boxes[index]);
        bool withColour = group.Colour != ColourName.None;
        if (withColour && ask.Random.Chance(0.25))
        {
            string colour = ask.Korean ? Colours.Noun(group.Colour) : Colours.English(group.Colour);
            return new Turn(ask.Say(["{0은} 무슨 색이야?", "{0}의 색은 무엇인가요?", "{0은} 어떤 색입니까?"], ["What colour is {0}?"], place), ask.Say(["{0}입니다."], ["It is {0}."], colour),
                ask.Truth(TaskKind.Colour, "region_colour") with { Label = Key(group.Colour), Accept = Words(group.Colour) })
            { About = [group.Boxes[index]] };
        }
        string phrase = Naming.Thing(group.Class, group.Colour, ask.Korean, false);
        string question = ask.Say(["{0은} 뭐야?", "{0은} 무엇인가요?", "{0이} 뭔지 알려줘", "{0은} 무엇입니까?"], ["What is {0}?", "Tell me what {0} is."], place);
        string answer = ask.Say(["{0}입니다."], ["It is {1} {0}."], phrase, Naming.Article(phrase));
        return new Turn(question, answer, ask.Truth(TaskKind.DescribeRegion, "region_what") with { Label = group.Class.Key, Accept = [group.Class.Korean, group.Class.English] }) { About = [group.Boxes[index]] };
    }

    /// <summary>A class or a coloured thing that the picture does not show at all, not even partly hidden, and boxes of what could be taken for it.</summary>
    public static (ObjectClass What, ColourName Colour, IReadOnlyList<BoundingBox> Near)? Absent(AskContext ask)
    {
        if (ask.Groups.Count > 0 && ask.Random.Chance(0.5))
        {
            ThingGroup near = ask.Random.From(ask.Groups);
            if (near.Colour != ColourName.None && near.Class.Recolourable)
            {
                List<ColourName> free = [.. Colours.All.Where(c => !ask.Scene.Objects.Any(o => o.Class == near.Class.Key && o.Colour == c))];
                free.RemoveAll(c => Close(c, near.Colour));
                if (free.Count > 0)
                    return (near.Class, ask.Random.From(free), [.. ask.Groups.Where(g => g.Class == near.Class).SelectMany(g => g.Boxes)]);
            }
        }
        List<ObjectClass> missing = [.. ObjectCatalogue.All.Where(c => !ask.Scene.Objects.Any(o => o.Class == c.Key))];
        if (ask.Groups.Count > 0 && ask.AlikeAbsent > 0 && ask.Random.Chance(ask.AlikeAbsent))
            return Alike(ask, missing);
        ObjectClass chosen = ask.Random.From(missing);
        ColourName colour = chosen.Recolourable && ask.Random.Chance(0.4) ? ask.Random.From(Colours.All) : ColourName.None;
        return (chosen, colour, []);
    }

    // A yellow umbrella where the sun is yellow, a tiger where a lion is: told apart only by one who looks at kind and colour together.
    private static (ObjectClass What, ColourName Colour, IReadOnlyList<BoundingBox> Near) Alike(AskContext ask, List<ObjectClass> missing)
    {
        ThingGroup near = ask.Random.From(ask.Groups);
        bool byColour = near.Colour != ColourName.None && ask.Random.Chance(0.5);
        List<ObjectClass> alike = [.. missing.Where(c => byColour ? c.Recolourable : c.Category == near.Class.Category)];
        ObjectClass chosen = ask.Random.From(alike.Count > 0 ? alike : missing);
        return (chosen, chosen.Recolourable && (byColour || ask.Random.Chance(0.4)) ? near.Colour : ColourName.None, alike.Count > 0 ? near.Boxes : []);
    }

    /// <summary>Pairs that light and noise can make look alike: no question turns on telling them apart.</summary>
    public static bool Close(ColourName a, ColourName b) => (a, b) is (ColourName.Blue, ColourName.SkyBlue) or (ColourName.SkyBlue, ColourName.Blue)
        or (ColourName.Black, ColourName.Gray) or (ColourName.Gray, ColourName.Black) or (ColourName.White, ColourName.Gray) or (ColourName.Gray, ColourName.White)
        or (ColourName.Red, ColourName.Orange) or (ColourName.Orange, ColourName.Red) or (ColourName.Brown, ColourName.Red) or (ColourName.Red, ColourName.Brown)
        or (ColourName.Blue, ColourName.Purple) or (ColourName.Purple, ColourName.Blue) or (ColourName.Orange, ColourName.Yellow) or (ColourName.Yellow, ColourName.Orange)
        or (ColourName.Brown, ColourName.Orange) or (ColourName.Orange, ColourName.Brown) or (ColourName.Pink, ColourName.Purple) or (ColourName.Purple, ColourName.Pink);

    public static string Key(ColourName colour) => colour.ToString().ToLowerInvariant();

    public static IReadOnlyList<string> Words(ColourName colour) => [Colours.Noun(colour), Colours.Adjective(colour), Colours.English(colour)];

    private static string Question(AskContext ask, string phrase, int count) => GroundingTags.AskForBoxes + ask.Say(
        ["{0은} 어디에 있어?", "{0} 어디 있어?", "{0은} 어디에 있나요?", "{0을} 찾아줘", "{0을} 찾아 주세요", "{0}의 위치를 알려줘", "{0} 위치", "{0이} 어디에 있는지 알려 주세요", "{0}", "어디에 {0이} 있습니까?"],
        ["Where is the {0}?", "Find the {0}.", "Locate the {0}.", "Show me the {0}.", "{0}"], phrase).Replace("Where is the", count > 1 ? "Where are the" : "Where is the", StringComparison.Ordinal);
}

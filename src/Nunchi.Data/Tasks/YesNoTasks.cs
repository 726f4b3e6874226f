using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Data.Scenes.Content;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>Questions with yes or no: half of each, the wrong ones near the truth as often as far from it.</summary>
internal static class YesNoTasks
{
    public static Turn? Ask(AskContext ask)
    {
        bool yes = ask.Random.Chance(0.5);
        bool things = ask.Groups.Count > 0, texts = ask.Readable.Count > 0;
        if (!things && !texts)
            return null;
        return things && (!texts || ask.Random.Chance(0.5))
            ? ask.Random.Chance(0.35) && Colour(ask, yes) is { } colour ? colour : Thing(ask, yes)
            : Text(ask, yes);
    }

    private static Turn? Thing(AskContext ask, bool yes)
    {
        ObjectClass what;
        ColourName colour;
        ThingGroup? subject = null;
        IReadOnlyList<BoundingBox> near = [];
        if (yes)
        {
            subject = ask.Random.From(ask.Groups);
            what = subject.Class;
            colour = ask.Random.Chance(0.5) ? subject.Colour : ColourName.None;
        }
        else
        {
            (what, colour, near) = LocateTasks.Absent(ask)!.Value;
        }
        string phrase = Naming.Thing(what, colour, ask.Korean, false), article = Naming.Article(phrase);
        string question = ask.Say(
            ["{0이} 있어?", "사진에 {0이} 있나요?", "{0} 있어?", "{0이} 보여?", "여기 {0이} 있습니까?", "이 사진에서 {0을} 볼 수 있어?"],
            ["Is there {1} {0}?", "Is there {1} {0} in the image?", "Can you see {1} {0}?"], phrase, article);
        string answer = yes
            ? ask.Say(["네, {0이} 있습니다.", "네, 있습니다.", "네, {0이} 보입니다."], ["Yes, there is {1} {0}.", "Yes."], phrase, article)
            : ask.Say(["아니요, {0은} 없습니다.", "아니요, {0은} 보이지 않습니다.", "아니요, 없습니다."], ["No, there is no {0}.", "No."], phrase);
        Turn turn = Finish(ask, question, answer, yes, colour == ColourName.None ? "yesno_thing" : "yesno_coloured_thing", subject);
        return yes ? turn : turn with { About = near };
    }

    private static Turn? Colour(AskContext ask, bool yes)
    {
        List<ThingGroup> clear = [.. ask.Groups.Where(g => g.Colour != ColourName.None && g.NounIsEnough)];
        if (clear.Count == 0)
            return null;
        ThingGroup group = ask.Random.From(clear);
        ColourName asked = yes ? group.Colour : ask.Random.From([.. Colours.All.Where(c => c != group.Colour && !LocateTasks.Close(c, group.Colour))]);
        string noun = group.Phrase(ask.Korean, false), word = ask.Korean ? Colours.Noun(asked) : Colours.English(asked), truth = ask.Korean ? Colours.Noun(group.Colour) : Colours.English(group.Colour);
        string verb = group.Count > 1 ? "Are" : "Is", be = group.Count > 1 ? "are" : "is";
        string question = ask.Say(["{0은} {1이야}?", "{0은} {1}인가요?", "{0은} {1}입니까?", "{0이} {1} 맞아?"], [verb + " the {0} {1}?"], noun, word);
        string answer = yes
            ? ask.Say(["네, {0은} {1}입니다.", "네, {1}입니다."], ["Yes, the {0} " + be + " {1}."], noun, word)
            : ask.Say(["아니요, {0은} {2}입니다.", "아니요, {1이} 아니라 {2}입니다."], ["No, the {0} " + be + " {2}."], noun, word, truth);
        return Finish(ask, question, answer, yes, "yesno_colour", group);
    }

    private static Turn? Text(AskContext ask, bool yes)
    {
        List<SceneText> words = [.. ask.Readable.Where(t => t.Text.Length is >= 2 and <= 14)];
        if (words.Count == 0)
            return null;
        SceneText text = ask.Random.From(words);
        string asked = text.Text;
        while (!yes && ask.Scene.Texts.Any(t => t.Text.Contains(asked, StringComparison.OrdinalIgnoreCase)))
            asked = Other(ask, text.Text);
        string question = ask.Say(
            ["{0'이라고} 적혀 있어?", "사진에 {0'이라는} 글자가 있나요?", "{0'이라고} 쓰여 있습니까?", "여기 {0'이라고} 써 있어?", "{0'} 글자가 보여?"],
            ["Does it say '{0}'?", "Is the text '{0}' in the image?"], asked);
        string answer = yes
            ? ask.Say(["네, {0'이라고} 적혀 있습니다.", "네, 적혀 있습니다."], ["Yes, it says '{0}'."], asked)
            : ask.Say(["아니요, {0'이라는} 글자는 없습니다.", "아니요, 그런 글자는 보이지 않습니다."], ["No, it does not say '{0}'."], asked);
        return new Turn(question, answer, Truth(ask, yes, "yesno_text") with { TextHeight = text.Height })
        {
            About = IsNear(asked, text.Text) ? [text.Box.ToBoundingBox(ask.Scene.Width, ask.Scene.Height)] : [],
        };
    }

    private static bool IsNear(string asked, string text) => asked.Length == text.Length && asked.Zip(text).Count(pair => pair.First != pair.Second) <= 1;

    // Half of the wrong texts differ in one letter, so that the question cannot be answered without reading.
    private static string Other(AskContext ask, string text)
    {
        if (ask.Random.Chance(0.5))
        {
            char[] letters = text.ToCharArray();
            int at = ask.Random.Next(letters.Length);
            char c = letters[at];
            char swapped = c is >= '가' and <= '힣' ? Content(ask) : char.IsAsciiDigit(c) ? (char)('0' + ((c - '0' + 1 + ask.Random.Next(9)) % 10)) : c;
            if (swapped != c)
            {
                letters[at] = swapped;
                return new string(letters);
            }
        }
        return Words.KoreanFor(ask.Scene.Split, ask.Random);
    }

    private static char Content(AskContext ask) => Words.FrequentSyllable(ask.Random);

    private static Turn Finish(AskContext ask, string question, string answer, bool yes, string name, ThingGroup? subject) =>
        new(question, answer, Truth(ask, yes, name)) { Subject = subject };

    private static TurnTruth Truth(AskContext ask, bool yes, string name) =>
        ask.Truth(TaskKind.YesNo, name) with { Label = yes ? "yes" : "no", Accept = yes ? ["네", "Yes"] : ["아니요", "No"] };
}

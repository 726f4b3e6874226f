using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>Descriptions: what kind of picture it is, its things with colours and places, its writing.</summary>
internal static class CaptionTasks
{
    /// <summary>A picture without a word asks for a Korean caption; otherwise the caption is asked for.</summary>
    public static Turn? Caption(AskContext ask)
    {
        string? text = Describe(ask);
        if (text is null)
            return null;
        string question = ask.Korean && ask.Random.Chance(0.45) ? "" : ask.Say(
            ["이 사진을 설명해줘", "이미지를 설명해 주세요", "이 사진에 대해 말해줘", "사진을 묘사해 주세요", "무슨 사진이야?", "어떤 장면인지 설명해줘", "이 그림을 설명해줘", "이 이미지에 대해 자세히 알려 주세요"],
            ["Describe the image.", "Describe this picture.", "What does this image show?", "Please describe what you see."]);
        return new Turn(question, text, Truth(ask, TaskKind.Caption));
    }

    /// <summary>A description whose things and texts carry boxes.</summary>
    public static Turn? Grounded(AskContext ask)
    {
        List<string> parts = [];
        List<TruthBoxes> boxes = [];
        foreach (ThingGroup group in ask.FromLeft)
        {
            string phrase = group.Phrase(ask.Korean, true);
            string tag = GroundingTags.Object(phrase, group.Boxes);
            boxes.Add(new TruthBoxes(phrase, "obj", group.Boxes));
            parts.Add(ask.Korean ? $"{tag} {Naming.Count(group.Count, group.Class, true)}" : group.Count == 1 ? $"{Naming.Article(phrase)} {tag}" : $"{Naming.Count(group.Count, group.Class, false)} {tag}");
        }
        List<SceneText> texts = [.. ask.Readable.Take(6)];
        List<string> words = [];
        foreach (SceneText text in texts)
        {
            words.Add(GroundingTags.Char(text.Text, ReadingTasks.Box(ask, text)));
            boxes.Add(new TruthBoxes(text.Text, "char", [ReadingTasks.Box(ask, text)]));
        }
        if (parts.Count + words.Count == 0)
            return null;
        string answer = "";
        if (parts.Count > 0)
            answer = ask.Korean ? Phrase.Fill("{0이} 있습니다.", Naming.List(parts, true)) : $"There {(ask.FromLeft[0].Count == 1 ? "is" : "are")} {Naming.List(parts, false)}.";
        if (words.Count > 0)
            answer = (answer + (ask.Korean ? $" {Naming.Kind(ask.Scene.Kind, true)}에 {string.Join(", ", words)}{Particles.Of(texts[^1].Text, "이라고")} 적혀 있습니다." : $" The {Naming.Kind(ask.Scene.Kind, false)} says {string.Join(", ", words)}.")).Trim();
        string question = GroundingTags.AskForBoxes + ask.Say(
            ["이 사진을 설명해줘", "이미지를 설명해 주세요", "무엇이 있는지 위치와 함께 알려줘", "사진에 보이는 것을 모두 짚어줘"],
            ["Describe the image.", "Describe the image in detail.", "Point out everything you see."]);
        return new Turn(question, answer, Truth(ask, TaskKind.GroundedCaption) with { Boxes = boxes });
    }

    private static TurnTruth Truth(AskContext ask, TaskKind kind) => ask.Truth(kind, kind == TaskKind.Caption ? "caption" : "caption_grounded") with
    {
        Accept = [.. ask.Readable.Where(t => Told(t)).Take(1).Select(t => t.Text)],
        Boxes = [.. ThingTasks.Boxes(ask), .. ask.Readable.Where(Told).Select(t => new TruthBoxes(t.Text, "char", [ReadingTasks.Box(ask, t)]))],
        TextHeight = ask.Readable.Count > 0 ? ask.Readable.Min(t => t.Height) : null,
    };

    private static bool Told(SceneText text) => text.Role is not (TextRole.Distractor or TextRole.Label);

    private static string? Describe(AskContext ask)
    {
        bool korean = ask.Korean;
        List<string> sentences = [];
        if (ask.Groups.Count > 0 && ask.Scene.Kind is SceneKind.Playground or SceneKind.Table or SceneKind.Shapes)
        {
            // Place by place: who tells what is where needs no memory of what was told, and no count of what is left.
            string ground = korean ? ask.Scene.Background.Korean : ask.Scene.Background.Name;
            IEnumerable<string> places = ask.ByPlace.Select(place => (korean ? $"{place.Spot.Korean}에 " : $"{place.Spot.EnglishHeading}: ") + Naming.Counted(place.Groups, korean));
            sentences.Add(korean
                ? Phrase.Fill(ask.Random.Pick("{1을} 배경으로 {0이} 있습니다.", "배경은 {1}입니다. {0이} 있습니다.", "{1} 앞 {0이} 있습니다."), string.Join(", ", places), ground)
                : Phrase.Fill(ask.Random.Pick("The background is {1}. {0}.", "The picture shows {1}. {0}."), string.Join(". ", places), ground));
            if (ask.Readable.Count > 0)
            {
                string written = string.Join(", ", ask.Readable.Take(6).Select(t => $"'{t.Text}'"));
                sentences.Add(korean ? $"글자는 {written}{Particles.Of(ask.Readable[Math.Min(6, ask.Readable.Count) - 1].Text, "이라고")} 적혀 있습니다." : $"The text says {written}.");
            }
        }
        else if (FactTasks.Summary(ask) is { } summary)
        {
            sentences.Add(summary);
        }
        else if (ask.Readable.Count > 0)
        {
            string text = string.Join(' ', ask.Readable.Take(8).Select(t => t.Text));
            string on = ask.Scene.Facts.BoardColour is var board && board != ColourName.None
                ? korean ? $"{Colours.Noun(board)} 바탕에 " : $" on {Colours.English(board)}"
                : "";
            sentences.Add(korean ? Phrase.Fill("{1}{0'이라고} 적혀 있습니다.", text, on) : $"The text{on} says '{text}'.");
        }
        else if (ask.Scene.Kind == SceneKind.Unreadable)
        {
            sentences.Add(korean ? "글자가 있지만 흐리거나 너무 작아서 읽을 수 없습니다." : "There is some text, but it is too blurred or too small to read.");
        }
        return sentences.Count == 0 ? null : string.Join(' ', sentences);
    }
}

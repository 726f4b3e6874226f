using Nunchi.Data.Scenes;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>Questions about the writing itself: all of it, with boxes, inside a box, where a text stands.</summary>
internal static class ReadingTasks
{
    /// <summary>Texts in reading order: those of one line joined by spaces, lines by line breaks.</summary>
    public static string Joined(IEnumerable<SceneText> texts) =>
        string.Join('\n', texts.GroupBy(t => t.Line).Select(line => string.Join(' ', line.Select(t => t.Text))));

    public static Turn? Read(AskContext ask)
    {
        if (ask.Readable.Count == 0)
            return null;
        string text = Joined(ask.Readable);
        string question = ask.Say(
            ["글자를 모두 읽어줘", "글자를 모두 읽어 주세요", "뭐라고 적혀 있어?", "뭐라고 쓰여 있나요?", "적힌 글자를 그대로 옮겨 적어줘", "이 사진에 있는 텍스트를 읽어줘", "사진 속 글을 전부 읽어 주세요",
             "보이는 글자를 다 적어줘", "여기 뭐라고 써 있어?", "글씨 읽어줘", "이미지의 문자를 순서대로 알려줘", "무슨 글이 적혀 있는지 알려 주세요", "글자를 읽어줘", "텍스트를 추출해줘"],
            ["Read all the text.", "What does it say?", "Read the text in the image.", "Transcribe the text.", "Please write down all the text you can see.", "What is written here?"]);
        return new Turn(question, text, ask.Truth(TaskKind.Read, "read_all") with { Text = text, TextHeight = ask.Readable.Min(t => t.Height) });
    }

    public static Turn? ReadBoxes(AskContext ask)
    {
        if (ask.Readable.Count == 0)
            return null;
        string answer = string.Join('\n', ask.Readable.Select(t => GroundingTags.Char(t.Text, Box(ask, t))));
        return new Turn(GroundingTags.AskForTexts, answer, ask.Truth(TaskKind.ReadBoxes, "read_boxes") with
        {
            Text = Joined(ask.Readable),
            Boxes = [.. ask.Readable.Select(t => new TruthBoxes(t.Text, "char", [Box(ask, t)]))],
            TextHeight = ask.Readable.Min(t => t.Height),
        });
    }

    public static Turn? ReadRegion(AskContext ask)
    {
        if (ask.Readable.Count == 0)
            return null;
        SceneText text = ask.Random.From(ask.Readable);
        string place = GroundingTags.Char(ask.Say(["이곳", "여기", "이 부분", "이 위치"], ["this place", "this part", "here"]), Box(ask, text));
        string question = ask.Say(
            ["{0}에 뭐라고 적혀 있어?", "{0}에 적힌 글자를 읽어줘", "{0}에는 무슨 글자가 있나요?", "{0}에 쓰인 글을 알려 주세요", "{0} 글자 읽어줘"],
            ["What does {0} say?", "Read the text at {0}.", "What is written at {0}?"], place);
        return new Turn(question, text.Text, ask.Truth(TaskKind.ReadRegion, "read_region") with { Text = text.Text, TextHeight = text.Height });
    }

    public static Turn? LocateText(AskContext ask)
    {
        List<SceneText> once = [.. ask.Readable.Where(t => ask.Readable.Count(o => o.Text == t.Text) == 1 && t.Text.Length <= 24)];
        if (once.Count == 0)
            return null;
        SceneText text = ask.Random.From(once);
        string question = GroundingTags.AskForBoxes + ask.Say(
            ["{0'이라고} 적힌 곳은 어디야?", "'{0}' 글자는 어디에 있어?", "{0'이라고} 쓰인 위치를 알려 주세요", "{0} 글자를 찾아줘", "{0'은} 어디에 적혀 있나요?", "{0} 어디에 써 있어?"],
            ["Where does it say '{0}'?", "Find the text '{0}'.", "Where is '{0}' written?"], text.Text);
        string tag = GroundingTags.Char(text.Text, Box(ask, text));
        Spot spot = Spot.Of(text.Box, ask.Scene.Width, ask.Scene.Height);
        string answer = ask.Korean
            ? ask.Random.Chance(0.5) ? $"{tag}{Particles.Of(text.Text, "은")} {spot.Korean}에 적혀 있습니다." : $"{tag}{Particles.Of(text.Text, "은")} 여기에 있습니다."
            : $"{tag} is written {spot.English}.";
        return new Turn(question, answer, ask.Truth(TaskKind.LocateText, "locate_text") with { Boxes = [new TruthBoxes(text.Text, "char", [Box(ask, text)])], TextHeight = text.Height });
    }

    public static BoundingBox Box(AskContext ask, SceneText text) => text.Box.ToBoundingBox(ask.Scene.Width, ask.Scene.Height);
}

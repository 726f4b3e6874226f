using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>Questions about what a picture tells: each kind of picture has its own file with its questions and its summary for captions.</summary>
internal static class FactTasks
{
    public static Turn? Ask(AskContext ask)
    {
        SceneFacts facts = ask.Scene.Facts;
        List<Func<AskContext, Turn?>> makers = [];
        if (facts.Station is not null)
            makers.Add(StationTasks.Ask);
        if (facts.Prices.Count > 0)
            makers.Add(PriceTasks.Ask);
        return makers.Count == 0 ? null : ask.Random.From(makers)(ask);
    }

    /// <summary>What the picture is and says, in one or two sentences; null when it is nothing in particular.</summary>
    public static string? Summary(AskContext ask)
    {
        SceneFacts facts = ask.Scene.Facts;
        if (facts.Station is not null)
            return StationTasks.Summary(ask);
        if (facts.Prices.Count > 0)
            return PriceTasks.Summary(ask);
        return null;
    }

    /// <summary>The legible text of a role, or null.</summary>
    public static SceneText? Find(AskContext ask, TextRole role) => ask.Readable.FirstOrDefault(t => t.Role == role);

    /// <summary>"파란색 바탕의 " or "blue "; empty when the board has no colour to speak of.</summary>
    public static string Ground(AskContext ask) => ask.Scene.Facts.BoardColour is var colour && colour == ColourName.None ? ""
        : ask.Korean ? Colours.Noun(colour) + " 바탕의 " : Colours.English(colour) + " ";

    public static string Won(int amount, bool korean) => Scenes.Content.Words.Won(amount) + (korean ? "원" : " won");

    /// <summary>Puts the box of a text around its mention, when boxes were asked for.</summary>
    public static string Mention(AskContext ask, string word, SceneText? text, bool boxes) =>
        boxes && text is not null ? GroundingTags.Char(word, ReadingTasks.Box(ask, text)) : word;
}

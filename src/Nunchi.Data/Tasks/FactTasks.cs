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
        if (facts.Receipt is not null)
            makers.Add(ReceiptTasks.Ask);
        if (facts.Shop is not null)
            makers.Add(ShopTasks.Ask);
        if (facts.RoadSign is not null)
            makers.Add(RoadTasks.Ask);
        if (facts.Contact is not null)
            makers.Add(ContactTasks.Ask);
        if (facts.Notice is not null)
            makers.Add(NoticeTasks.Ask);
        if (facts.Room is not null)
            makers.Add(RoomTasks.Ask);
        if (facts.BusStop is not null)
            makers.Add(BusTasks.Ask);
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
        if (facts.Receipt is not null)
            return ReceiptTasks.Summary(ask);
        if (facts.Shop is not null)
            return ShopTasks.Summary(ask);
        if (facts.RoadSign is not null)
            return RoadTasks.Summary(ask);
        if (facts.Contact is not null)
            return ContactTasks.Summary(ask);
        if (facts.Notice is not null)
            return NoticeTasks.Summary(ask);
        if (facts.Room is not null)
            return RoomTasks.Summary(ask);
        return facts.BusStop is not null ? BusTasks.Summary(ask) : null;
    }

    /// <summary>The legible text of a role, or null.</summary>
    public static SceneText? Find(AskContext ask, TextRole role) => ask.Readable.FirstOrDefault(t => t.Role == role);

    /// <summary>A question whose answer is one text of the picture; now and then the answer carries its box.</summary>
    /// <param name="ask">The picture.</param>
    /// <param name="name">Name of the question.</param>
    /// <param name="text">The text; null makes no question.</param>
    /// <param name="word">The part of it that is the answer: a telephone number without "TEL".</param>
    /// <param name="question">The question as worded.</param>
    /// <param name="answer">A sentence with "{0}" where the answer stands, in the language of the question.</param>
    public static Turn? About(AskContext ask, string name, SceneText? text, string? word, string question, string answer)
    {
        if (text is null || word is null)
            return null;
        bool boxes = ask.Random.Chance(0.15);
        string shown = boxes ? GroundingTags.Char(text.Text, ReadingTasks.Box(ask, text)) : word;
        return new Turn((boxes ? GroundingTags.AskForBoxes : "") + question, Phrase.Fill(answer, shown), ask.Truth(TaskKind.TextFact, name) with
        {
            Accept = [word],
            Boxes = boxes ? [new TruthBoxes(text.Text, "char", [ReadingTasks.Box(ask, text)])] : [],
            TextHeight = text.Height,
        });
    }

    /// <summary>One of the questions that can be made; null when none can.</summary>
    public static Turn? AnyOf(AskContext ask, params Func<Turn?>[] makers)
    {
        List<Turn> turns = [.. makers.Select(make => make()).OfType<Turn>()];
        return turns.Count == 0 ? null : ask.Random.From(turns);
    }

    /// <summary>"파란색 바탕의 " or "blue "; empty when the board has no colour to speak of.</summary>
    public static string Ground(AskContext ask) => ask.Scene.Facts.BoardColour is var colour && colour == ColourName.None ? ""
        : ask.Korean ? Colours.Noun(colour) + " 바탕의 " : Colours.English(colour) + " ";

    public static string Won(int amount, bool korean) => Scenes.Content.Words.Won(amount) + (korean ? "원" : " won");
}

using Nunchi.Chat;
using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Judging;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Suites;

/// <summary>
/// Descriptions, asked as <c>nunchi caption</c> asks. Of pictures of things: the share of things named and of their colours, and what is named though it is absent
/// (after CHAIR, Rohrbach et al. 2018). Of signs: the share of the texts that the record's own caption tells, and the board's colour.
/// </summary>
internal sealed class CaptionSuite() : DrawnSuite("captions")
{
    protected override IReadOnlyList<Slot> Slots { get; } =
    [
        Of(4, SceneKind.Playground), Of(3, SceneKind.Table), Of(2, SceneKind.Shapes), Of(1, SceneKind.Station), Of(1, SceneKind.ShopFront), Of(1, SceneKind.PriceTag, SceneKind.Menu),
        Of(1, SceneKind.RoadSign, SceneKind.BusStop), Of(1, SceneKind.Notice, SceneKind.Contact, SceneKind.DoorPlate), Of(1, SceneKind.Receipt),
    ];

    public override IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers)
    {
        EvaluationQuestion question = item.Questions[0];
        string[] groups = [question.Truth.Group, question.Truth.Language];
        string reference = GroundingParser.Parse(question.Reference).Text, given = answers[0].Text;
        List<Score> scores = SceneKinds.Things.Contains(item.Scenes[0].Kind)
            ? Things(item.Scenes[0], given, groups)
            : Board(item.Scenes[0], reference, given, groups);
        Texts(scores, question.Truth, reference, given, groups);
        bool right = answers[0].Error is null && scores.All(score => MetricCatalogue.Get(score.Metric).LowerIsBetter ? score.Part == 0 : score.Part == score.Whole);
        return [new Verdict(scores, right, groups)];
    }

    private static List<Score> Things(Scene scene, string given, string[] groups)
    {
        HashSet<ThingMention> named = ThingMentions.In(given);
        // A thing without a colour is the coloured one that was named before: counted again it would hide that one's mistakes.
        HashSet<string> coloureds = [.. named.Where(m => m.Colour != ColourName.None).Select(m => m.Class)];
        named.RemoveWhere(m => m.Colour == ColourName.None && coloureds.Contains(m.Class));
        var scores = new List<Score>();
        List<SceneObject> seen = [.. scene.Objects.Where(thing => thing.IsSeen)];
        foreach (string what in seen.Select(thing => thing.Class).Distinct())
            scores.Add(Score.Of(MetricCatalogue.Objects, named.Any(m => m.Class == what), groups));
        foreach (ThingMention coloured in seen.Where(thing => thing.Colour != ColourName.None).Select(thing => new ThingMention(thing.Class, thing.Colour)).Distinct())
            scores.Add(Score.Of(MetricCatalogue.Colours, named.Contains(coloured), groups));
        int absent = 0;
        foreach (ThingMention mention in named)
        {
            bool there = scene.Objects.Any(thing => thing.Class == mention.Class && (mention.Colour == ColourName.None || thing.Colour == ColourName.None || thing.Colour == mention.Colour));
            absent += there ? 0 : 1;
            scores.Add(Score.Of(MetricCatalogue.Absent, !there, groups));
        }
        scores.Add(Score.Of(MetricCatalogue.CaptionsWithAbsent, absent > 0, groups));
        return scores;
    }

    private static List<Score> Board(Scene scene, string reference, string given, string[] groups)
    {
        ColourName board = scene.Facts.BoardColour;
        return board != ColourName.None && ColourWords.In(TextTokens.WithoutQuotes(reference)).Contains(board)
            ? [Score.Of(MetricCatalogue.Colours, ColourWords.In(TextTokens.WithoutQuotes(given)).Contains(board), ["boards", .. groups])]
            : [];
    }

    private static void Texts(List<Score> scores, TurnTruth truth, string reference, string given, string[] groups)
    {
        string known = PlainText.Of(reference), plain = PlainText.Of(given);
        foreach (string text in truth.Boxes.Where(boxes => boxes.Kind == "char").Select(boxes => PlainText.Of(boxes.Phrase)).Distinct())
        {
            if (AcceptedForm.In(text, known, known))
                scores.Add(Score.Of(MetricCatalogue.Texts, AcceptedForm.In(text, plain, known), groups));
        }
    }

    private static Slot Of(int weight, params SceneKind[] kinds) => new()
    {
        Weight = weight,
        Scenes = kinds,
        Tasks = [TaskKind.Caption],
        Ask = sample => Requests.Caption(sample.Pictures[0].Image, sample.Turns[0].Language == "ko" ? AnswerLanguage.Korean : AnswerLanguage.English),
    };
}

using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Judging;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Suites;

/// <summary>
/// Questions whose answer is read and understood, or known beside the picture. Group <c>station</c> is every question at a station board:
/// its name, number and neighbours (<c>station facts</c>), its city and line (<c>station knowledge</c>).
/// </summary>
internal sealed class KnowledgeSuite() : DrawnSuite("knowledge")
{
    private const string Meaning = "notice_meaning", Floor = "room_floor";

    public override IReadOnlyList<string> Headlines => ["station", "station facts", "station knowledge", "read", "known"];

    protected override IReadOnlyList<Slot> Slots { get; } =
    [
        new Slot { Weight = 3, Scenes = [SceneKind.Station], Tasks = [TaskKind.TextFact] },
        new Slot { Weight = 2, Scenes = [SceneKind.Station], Tasks = [TaskKind.Knowledge] },
        new Slot { Weight = 3, Scenes = [SceneKind.Playground, SceneKind.Table], Tasks = [TaskKind.Knowledge] },
        new Slot { Weight = 1, Scenes = [SceneKind.Notice, SceneKind.DoorPlate], Tasks = [TaskKind.TextFact, TaskKind.Knowledge], Fits = sample => sample.Turns[0].Question is Meaning or Floor },
        new Slot
        {
            Weight = 3, Scenes = [SceneKind.ShopFront, SceneKind.PriceTag, SceneKind.RoadSign, SceneKind.Receipt, SceneKind.Contact, SceneKind.Menu, SceneKind.DoorPlate, SceneKind.BusStop], Tasks = [TaskKind.TextFact],
        },
    ];

    public override IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers)
    {
        EvaluationQuestion question = item.Questions[0];
        TurnTruth truth = question.Truth;
        bool right = TurnJudge.IsRight(truth, GroundingParser.Parse(question.Reference).Text, answers[0]);
        string[] groups = [.. Groups(truth), truth.Question, truth.Language];
        return [new Verdict([Score.Of(MetricCatalogue.Right, right, groups)], right, groups)];
    }

    private static string[] Groups(TurnTruth truth) => truth switch
    {
        { Group: "station", Task: TaskKind.Knowledge } => ["station", "station knowledge"],
        { Group: "station" } => ["station", "station facts"],
        { Task: TaskKind.Knowledge } => ["known"],
        _ => ["read"],
    };
}

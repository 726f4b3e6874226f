using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Judging;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Suites;

/// <summary>
/// Boxes of what a phrase names, asked as <c>nunchi locate</c> asks; texts are asked for with a question. An answer is right when every thing is met and no box is left over.
/// Phrases that nothing fits are to be answered without a box.
/// </summary>
internal sealed class ReferringSuite() : DrawnSuite("referring")
{
    public override IReadOnlyList<string> Headlines => ["objects", "one object", "several objects", "texts"];

    protected override IReadOnlyList<Slot> Slots { get; } =
    [
        Things(SceneKind.Playground, 4, TaskKind.Locate), Things(SceneKind.Table, 3, TaskKind.Locate), Things(SceneKind.Shapes, 3, TaskKind.Locate),
        new Slot { Weight = 3, Scenes = [.. SceneKinds.Signs, SceneKind.Receipt], Tasks = [TaskKind.LocateText] },
        Things(SceneKind.Playground, 2, TaskKind.LocateAbsent), Things(SceneKind.Table, 1, TaskKind.LocateAbsent), Things(SceneKind.Shapes, 1, TaskKind.LocateAbsent),
    ];

    public override IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers)
    {
        TurnTruth truth = item.Questions[0].Truth;
        GivenAnswer given = answers[0];
        if (truth.Task == TaskKind.LocateAbsent)
        {
            bool none = given.Error is null && given.Boxes.Count == 0;
            string[] about = [truth.Group, truth.Language];
            return [new Verdict([Score.Of(MetricCatalogue.AbsentNone, none, about)], none, ["nothing there", .. about])];
        }
        IReadOnlyList<BoundingBox> expected = BoxJudge.Of(truth);
        string[] groups = truth.Task == TaskKind.Locate ? ["objects", expected.Count == 1 ? "one object" : "several objects", truth.Group, truth.Language] : ["texts", truth.Language];
        bool met = BoxJudge.IsExact(expected, given.Boxes, 0.5);
        return
        [
            new Verdict(
            [
                Score.Of(MetricCatalogue.Accuracy50, met, groups),
                Score.Of(MetricCatalogue.Accuracy75, BoxJudge.IsExact(expected, given.Boxes, 0.75), groups),
                new Score(MetricCatalogue.Overlap, BoxJudge.Overlap(expected, given.Boxes), 1, groups),
            ], met, groups),
        ];
    }

    private static Slot Things(SceneKind kind, int weight, TaskKind task) => new()
    {
        Weight = weight,
        Scenes = [kind],
        Tasks = [task],
        Fits = sample => sample.Turns[0].Boxes.Count > 0,
        Ask = sample => Requests.Locate(sample.Pictures[0].Image, sample.Turns[0].Boxes[0].Phrase),
    };
}

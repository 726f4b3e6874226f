using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Metrics;

namespace Nunchi.Evaluation.Suites;

/// <summary>Questions with yes or no, half of each, about things, their colours and what is written (after POPE, Li et al. 2023).</summary>
internal sealed class YesNoSuite() : DrawnSuite("yesno")
{
    public override IReadOnlyList<string> Headlines => ["things", "coloured things", "colours", "texts"];

    protected override IReadOnlyList<Slot> Slots { get; } =
    [
        new Slot { Weight = 3, Scenes = SceneKinds.Things, Tasks = [TaskKind.YesNo] },
        new Slot { Weight = 2, Scenes = [SceneKind.Word, SceneKind.Line, SceneKind.Lines, SceneKind.Receipt, .. SceneKinds.Signs], Tasks = [TaskKind.YesNo] },
    ];

    public override IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers)
    {
        TurnTruth truth = item.Questions[0].Truth;
        bool? given = answers[0].Error is null ? YesNoReader.Read(answers[0].Text) : null;
        YesNoScore one = default(YesNoScore).Add(truth.Label == "yes", given);
        string[] groups = [About(truth.Question), truth.Language];
        List<Score> scores =
        [
            Score.Of(MetricCatalogue.Accuracy, one.Accuracy == 1, groups),
            new Score(MetricCatalogue.YesRatio, one.TruePositives + one.FalsePositives, 1, groups),
            Score.Of(MetricCatalogue.Unanswered, given is null, groups),
        ];
        int positives = one.TruePositives + one.FalsePositives, expected = one.TruePositives + one.FalseNegatives;
        if (positives + expected > 0)
            scores.Add(new Score(MetricCatalogue.F1, 2 * one.TruePositives, positives + expected, groups));
        if (positives > 0)
            scores.Add(new Score(MetricCatalogue.Precision, one.TruePositives, positives, groups));
        if (expected > 0)
            scores.Add(new Score(MetricCatalogue.Recall, one.TruePositives, expected, groups));
        return [new Verdict(scores, one.Accuracy == 1, groups)];
    }

    private static string About(string question) => question switch
    {
        "yesno_thing" => "things",
        "yesno_coloured_thing" => "coloured things",
        "yesno_colour" => "colours",
        _ => "texts",
    };
}

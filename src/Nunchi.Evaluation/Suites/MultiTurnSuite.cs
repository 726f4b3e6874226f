using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Judging;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Suites;

/// <summary>
/// Conversations of two to five questions, the model's own answers standing between them. <c>right</c> counts questions, <c>conversations</c> those in which all answers are right.
/// </summary>
internal sealed class MultiTurnSuite() : DrawnSuite("multiturn")
{
    private static readonly TaskKind[] Asked = [.. TaskMixture.DefaultTasks.Keys.Except([TaskKind.Caption, TaskKind.GroundedCaption])];

    public override IReadOnlyList<string> Headlines => ["turn 1", "turn 2", "turn 3 and later", "follow-up", "one picture", "several pictures"];

    protected override IReadOnlyList<Slot> Slots { get; } =
    [
        new Slot { Weight = 3, Scenes = SceneKinds.Things, Tasks = Asked, MaxTurns = 5, Fits = Fits },
        new Slot { Weight = 3, Scenes = [.. SceneKinds.Signs, SceneKind.Receipt], Tasks = Asked, MaxTurns = 5, Fits = Fits },
        new Slot { Weight = 1, Scenes = [.. SceneKinds.Things, SceneKind.Station, SceneKind.PriceTag, SceneKind.Word], Tasks = [TaskKind.What], SeveralImages = true, Fits = Fits },
    ];

    public override IReadOnlyList<Verdict> Judge(EvaluationItem item, IReadOnlyList<GivenAnswer> answers)
    {
        bool[] right = [.. item.Questions.Select((question, turn) => TurnJudge.IsRight(question.Truth, GroundingParser.Parse(question.Reference).Text, answers[turn]))];
        string kind = item.Images.Count > 1 ? "several pictures" : "one picture";
        var verdicts = new List<Verdict>();
        for (int turn = 0; turn < right.Length; turn++)
        {
            string question = item.Questions[turn].Truth.Question;
            string[] groups = [Turn(turn), kind, item.Questions[turn].Truth.Task.ToString().ToLowerInvariant(), .. question.StartsWith("follow_", StringComparison.Ordinal) ? ["follow-up"] : (string[])[]];
            List<Score> scores = [Score.Of(MetricCatalogue.Right, right[turn], groups)];
            if (turn == right.Length - 1)
                scores.Add(Score.Of(MetricCatalogue.Conversations, right.All(r => r), [kind]));
            verdicts.Add(new Verdict(scores, right[turn], groups));
        }
        return verdicts;
    }

    private static string Turn(int turn) => turn switch { 0 => "turn 1", 1 => "turn 2", _ => "turn 3 and later" };

    private static bool Fits(TrainingSample sample) => sample.Turns.Count > 1 && sample.Turns.All(TurnJudge.CanJudge);
}

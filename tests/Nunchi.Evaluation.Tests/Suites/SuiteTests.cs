using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Runs;
using Nunchi.Evaluation.Suites;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Tests.Suites;

public class SuiteTests
{
    private const int Few = 16;

    public static TheoryData<string> Names => [.. SuiteCatalogue.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_AnswersOfTheRecords_ScoresFull(string suite)
    {
        using var run = new TestRun();
        IReadOnlyList<string> references = TestRun.References(suite, Few);

        EvaluationReport report = await run.RunAsync(run.Engine(i => references[i]), TestRun.Options(Few, suite));

        Assert.False(report.Stopped);
        Assert.Equal(new SuiteProgress(suite, Few, Few, 0), Assert.Single(report.Suites));
        foreach (Measure measure in report.Measures.Where(measure => measure.Metric != MetricCatalogue.YesRatio))
        {
            Metric metric = MetricCatalogue.Get(measure.Metric);
            // A letter's exact box lies beside its box on the grid, so overlaps end a little below 1.
            if (metric.Name == MetricCatalogue.Overlap)
                Assert.InRange(measure.Estimate.Value, 0.999, 1);
            else
                Assert.True(measure.Estimate.Value == (metric.LowerIsBetter ? 0 : 1), $"{measure}\n{string.Join('\n', TestRun.Items(suite, Few).SelectMany(item => item.Questions).Select(q => $"{q.Truth.Question}: {QuestionForm.Shown(q.Message)} -> {q.Reference}"))}");
            Assert.True(measure.Estimate.Low < measure.Estimate.High, measure.ToString());
            Assert.InRange(measure.Estimate.Value, measure.Estimate.Low, measure.Estimate.High);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_Nonsense_ScoresNothing(string suite)
    {
        using var run = new TestRun();

        EvaluationReport report = await run.RunAsync(run.Engine(_ => "<obj>뷁</obj><bbox>0.005, 0.005, 0.01, 0.01</bbox>"), TestRun.Options(10, suite));

        foreach (Measure measure in report.Measures.Where(measure => measure.Metric is not (MetricCatalogue.YesRatio or MetricCatalogue.CaptionsWithAbsent or MetricCatalogue.Needless)))
            Assert.True(MetricCatalogue.Get(measure.Metric).LowerIsBetter ? measure.Estimate.Value >= 0.9 : measure.Estimate.Value < 0.01, measure.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Items_SameSeed_SameItemsWhateverIsDrawnBefore(string suite)
    {
        Func<int, EvaluationItem> items = SuiteCatalogue.Get(suite).Items(TestAssets.Assets, SceneSplit.HeldOut, 5, TestAssets.Small);
        EvaluationItem later = items(7), again = TestRun.Items(suite, 8, seed: 5)[7], other = TestRun.Items(suite, 8, seed: 6)[7];

        Assert.Equal(later.Images[0].Pixels, again.Images[0].Pixels);
        Assert.Equal(later.Questions.Select(q => q.Reference), again.Questions.Select(q => q.Reference));
        Assert.NotEqual(later.Images[0].Pixels, other.Images[0].Pixels);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Items_HeldOut_AreDrawnWithHeldOutFonts(string suite)
    {
        foreach (EvaluationItem item in TestRun.Items(suite, 6))
        {
            Assert.All(item.Scenes, scene => Assert.Equal(SceneSplit.HeldOut, scene.Split));
            Assert.All(item.Scenes.SelectMany(scene => scene.Texts), text => Assert.StartsWith("Unseen", text.Font, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Items_Questions_HoldNoTagsInTheirText()
    {
        foreach (string suite in SuiteCatalogue.Names)
        {
            IEnumerable<TextPart> texts = TestRun.Items(suite, 8).SelectMany(item => item.Questions).SelectMany(question => question.Message.Parts).OfType<TextPart>();
            Assert.All(texts, text => Assert.Empty(GroundingParser.Parse(text.Text).Spans));
            Assert.All(texts, text => Assert.DoesNotContain("<", text.Text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Reading_AsksAsTheCommandDoes()
    {
        using var run = new TestRun();
        using ScriptedEngine engine = run.Engine(_ => "");

        await run.RunAsync(engine, TestRun.Options(1, "reading"));

        Message asked = Assert.Single(Assert.Single(engine.Asked));
        Assert.Equal(Requests.Read(Assert.IsType<ImagePart>(asked.Parts[0]).Image, boxes: false).Parts, asked.Parts);
        Assert.Equal(512, engine.Options[0].MaxTokens);
    }

    [Fact]
    public async Task Reading_EverySecondPictureRight_IsHalfExact()
    {
        using var run = new TestRun();
        IReadOnlyList<string> references = TestRun.References("reading", Few);

        EvaluationReport report = await run.RunAsync(run.Engine(i => i % 2 == 0 ? references[i] : ""), TestRun.Options(Few, "reading"));

        Assert.Equal(0.5, TestRun.Of(report, MetricCatalogue.Exact).Estimate.Value);
        double lost = references.Where((_, i) => i % 2 == 1).Sum(text => text.EnumerateRunes().Count()), all = references.Sum(text => text.EnumerateRunes().Count());
        Assert.Equal(lost / all, TestRun.Of(report, MetricCatalogue.CharacterErrors).Estimate.Value, 1e-12);
        double texts = TestRun.Items("reading", Few).Sum(item => item.Scenes[0].Texts.Count), away = TestRun.Items("reading", Few).Where((_, i) => i % 2 == 1).Sum(item => item.Scenes[0].Texts.Count);
        Assert.Equal(away / texts, TestRun.Of(report, MetricCatalogue.LeftOut).Estimate.Value, 1e-12);
        Assert.All(report.Measures.Where(measure => measure.Metric == MetricCatalogue.Letters), measure => Assert.Equal(1, measure.Estimate.Value));
        Assert.Contains(report.Measures, measure => measure.Group == ReadingSuite.LargeSigns && measure.Metric == MetricCatalogue.TextExact);
        Assert.Contains(report.Measures, measure => measure.Group == "receipt" && measure.Metric == MetricCatalogue.CharacterErrors);
    }

    [Fact]
    public async Task Reading_OneTextMissing_CostsThatTextAlone()
    {
        using var run = new TestRun();
        EvaluationItem item = TestRun.Items("reading", 1)[0];
        Assert.True(item.Scenes[0].Texts.Count > 1, "The first picture has one text only; choose another seed.");
        string last = item.Scenes[0].Texts[^1].Text;
        Assert.EndsWith(last, item.Questions[0].Reference, StringComparison.Ordinal);

        EvaluationReport report = await run.RunAsync(run.Engine(_ => item.Questions[0].Reference[..^last.Length]), TestRun.Options(1, "reading"));

        int texts = item.Scenes[0].Texts.Count;
        Assert.Equal((texts - 1.0) / texts, TestRun.Of(report, MetricCatalogue.TextExact).Estimate.Value, 1e-12);
        Assert.Equal(0, TestRun.Of(report, MetricCatalogue.Exact).Estimate.Value);
    }

    [Fact]
    public async Task Reading_OneLetterWrong_IsTakenFromItsScriptAlone()
    {
        using var run = new TestRun();
        string right = TestRun.References("reading", Few)[0];
        int at = right.AsSpan().IndexOfAnyInRange('가', '힣');
        Assert.True(at >= 0, "The first picture holds no Hangul; choose another seed.");
        string wrong = right[..at] + (right[at] == '뷁' ? '꿿' : '뷁') + right[(at + 1)..];

        EvaluationReport report = await run.RunAsync(run.Engine(_ => wrong), TestRun.Options(1, "reading"));

        int hangul = right.Count(letter => letter is >= '가' and <= '힣');
        Assert.Equal((hangul - 1.0) / hangul, TestRun.Of(report, MetricCatalogue.Letters, "Hangul").Estimate.Value, 1e-12);
        Assert.All(report.Measures.Where(measure => measure is { Metric: MetricCatalogue.Letters, Group: "Latin" or "digits" or "other characters" }), measure => Assert.Equal(1, measure.Estimate.Value));
        Assert.Equal(0, TestRun.Of(report, MetricCatalogue.LeftOut).Estimate.Value);
    }

    [Fact]
    public async Task YesNo_AlwaysYes_HasFullRecallAndHalfAccuracy()
    {
        using var run = new TestRun();
        double yes = TestRun.Items("yesno", Few).Count(item => item.Questions[0].Truth.Label == "yes");

        EvaluationReport report = await run.RunAsync(run.Engine(_ => "네, 있습니다."), TestRun.Options(Few, "yesno"));

        Assert.Equal(yes / Few, TestRun.Of(report, MetricCatalogue.Accuracy).Estimate.Value, 1e-12);
        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.Recall).Estimate.Value);
        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.YesRatio).Estimate.Value);
        Assert.Equal(2 * yes / (Few + yes), TestRun.Of(report, MetricCatalogue.F1).Estimate.Value, 1e-12);
        Assert.Equal(0, TestRun.Of(report, MetricCatalogue.Unanswered).Estimate.Value);
    }

    [Fact]
    public async Task Captions_AbsentThingAdded_IsCounted()
    {
        using var run = new TestRun();
        IReadOnlyList<string> references = TestRun.References("captions", Few);

        EvaluationReport report = await run.RunAsync(run.Engine(i => references[i] + " 회색 코끼리도 있습니다."), TestRun.Options(Few, "captions"));

        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.CaptionsWithAbsent).Estimate.Value);
        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.Objects).Estimate.Value);
        Assert.InRange(TestRun.Of(report, MetricCatalogue.Absent).Estimate.Value, 0.1, 0.6);
    }

    [Fact]
    public async Task Captions_AbsentThingNamedAgainWithoutItsColour_IsCountedOnce()
    {
        using var run = new TestRun();
        IReadOnlyList<string> references = TestRun.References("captions", Few);

        async Task<double> Absent(string added)
        {
            EvaluationReport report = await run.RunAsync(run.Engine(i => references[i] + added), TestRun.Options(Few, "captions"), Path.Combine(run.Folder, $"{added.Length}"));
            return TestRun.Of(report, MetricCatalogue.Absent).Estimate.Value;
        }

        double once = await Absent(" 회색 코끼리도 있습니다.");
        Assert.Equal(once, await Absent(" 회색 코끼리도 있습니다. 코끼리는 한가운데에 있습니다."));
        Assert.True(await Absent(" 회색 코끼리도 있습니다. 펭귄도 있습니다.") > once);
    }

    [Fact]
    public async Task Referring_BoxesALittleOff_AreFoundAtHalfButNotAtThreeQuarters()
    {
        using var run = new TestRun();
        EvaluationItem[] items = [.. TestRun.Items("referring", Few)];

        EvaluationReport report = await run.RunAsync(run.Engine(i => Shifted(items[i])), TestRun.Options(Few, "referring"));

        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.Accuracy50, "objects").Estimate.Value);
        Assert.Equal(0, TestRun.Of(report, MetricCatalogue.Accuracy75, "objects").Estimate.Value);
        Assert.InRange(TestRun.Of(report, MetricCatalogue.Overlap, "objects").Estimate.Value, 0.6, 0.64);
        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.AbsentNone).Estimate.Value);

        // A box of which a share d is cut off sideways and as much added overlaps by (1 - d) / (1 + d).
        static string Shifted(EvaluationItem item)
        {
            BoundingBox[] boxes = [.. item.Questions[0].Truth.Boxes.SelectMany(b => b.Boxes)];
            const double Shift = 0.24;
            return boxes.Length == 0 ? "보이지 않습니다." : GroundingMarkup.Write("이것", SpanKind.Object, [.. boxes.Select(b =>
            {
                double by = (b.X2 - b.X1) * Shift * (b.X2 + ((b.X2 - b.X1) * Shift) > 1 ? -1 : 1);
                return new BoundingBox(Math.Max(0, b.X1 + by), b.Y1, Math.Min(1, b.X2 + by), b.Y2);
            })]);
        }
    }

    [Fact]
    public async Task MultiTurn_LaterQuestions_FollowTheModelsOwnAnswers()
    {
        using var run = new TestRun();
        using ScriptedEngine engine = run.Engine(i => $"답 {i}");

        await run.RunAsync(engine, TestRun.Options(4, "multiturn"));

        int number = 0;
        foreach (EvaluationItem item in TestRun.Items("multiturn", 4))
        {
            for (int turn = 0; turn < item.Questions.Count; turn++, number++)
            {
                IReadOnlyList<Message> asked = engine.Asked[number];
                Assert.Equal((2 * turn) + 1, asked.Count);
                if (turn > 0)
                    Assert.Equal($"답 {number - 1}", Assert.IsType<TextPart>(asked[^2].Parts[0]).Text);
            }
        }
    }

    [Fact]
    public async Task Refusals_EverythingDeclined_IsNeedlessWhereThereIsAnAnswer()
    {
        using var run = new TestRun();

        EvaluationReport report = await run.RunAsync(run.Engine(_ => "죄송합니다. 알려 드릴 수 없습니다."), TestRun.Options(Few, "refusals"));

        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.Refused).Estimate.Value);
        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.Needless).Estimate.Value);
        Assert.All(["absent", "unreadable", "unsafe"], group => Assert.True(TestRun.Of(report, MetricCatalogue.Refused, group).Estimate.Count > 0));
    }
}

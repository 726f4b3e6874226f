using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Runs;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Tests.Runs;

public class EvaluatorTests
{
    private const int Few = 8;

    [Fact]
    public async Task Run_Stopped_MeasuresWhatThereIsAndGoesOn()
    {
        using var run = new TestRun();
        IReadOnlyList<string> references = TestRun.References("yesno", Few);
        EvaluationOptions options = TestRun.Options(Few, "yesno", "reading");
        string whole = Path.Combine(run.Folder, "whole");
        string[] readings = [.. TestRun.References("reading", Few)];
        await run.RunAsync(run.Engine(i => i < Few ? references[i] : readings[i - Few]), options, whole);

        using var stop = new CancellationTokenSource();
        EvaluationReport first = await run.RunAsync(
            run.Engine(i =>
            {
                if (i == 4)
                    stop.Cancel();
                return references[i];
            }), options, cancellation: stop.Token);

        Assert.True(first.Stopped);
        Assert.Equal(5, first.Suites[0].Done);
        Assert.Equal(5, TestRun.Of(first, MetricCatalogue.Accuracy).Estimate.Count);

        EvaluationReport second = await run.RunAsync(run.Engine(i => i < 3 ? references[5 + i] : readings[i - 3]), options);

        Assert.False(second.Stopped);
        Assert.Equal(3 + Few, second.Asked);
        Assert.Equal(0, second.Outdated);
        foreach (string file in new[] { "results.jsonl", "scores.jsonl", "yesno.html", "reading.html" })
            Assert.Equal(await Text(whole, file), await Text(run.Output, file));
    }

    [Fact]
    public async Task Run_OtherSuiteInTheSameDirectory_KeepsTheNumbersOfBoth()
    {
        using var run = new TestRun();
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno"));
        await run.RunAsync(run.Engine(_ => "없음"), TestRun.Options(2, "reading"));

        string results = await Text(run.Output, "results.jsonl");
        Assert.Contains("\"suite\":\"yesno\"", results, StringComparison.Ordinal);
        Assert.Contains("\"suite\":\"reading\"", results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ModelChanged_IsNoticed()
    {
        using var run = new TestRun();
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno"));
        await File.WriteAllBytesAsync(Path.Combine(run.Model, "model.safetensors"), [1, 2, 4], TestContext.Current.CancellationToken);

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno")));

        Assert.Contains("the model is now tiny", error.Message, StringComparison.Ordinal);
        Assert.Contains(run.Output, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OtherSeedOrSplit_IsNoticed()
    {
        using var run = new TestRun();
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(1, "yesno"));

        Assert.Contains("seed 1, not 2", (await Assert.ThrowsAsync<InvalidDataException>(() => run.RunAsync(run.Engine(_ => "네"), TestRun.Options(1, "yesno") with { Seed = 2 }))).Message, StringComparison.Ordinal);
        Assert.Contains("training", (await Assert.ThrowsAsync<InvalidDataException>(() => run.RunAsync(run.Engine(_ => "네"), TestRun.Options(1, "yesno") with { Split = SceneSplit.Training }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LastLineCutOff_IsAskedAgain()
    {
        using var run = new TestRun();
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(3, "yesno"));
        string answers = Path.Combine(run.Output, "answers.jsonl");
        string text = await File.ReadAllTextAsync(answers, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(answers, text[..^10], TestContext.Current.CancellationToken);

        EvaluationReport report = await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(3, "yesno"));

        Assert.Equal(1, report.Asked);
        Assert.Equal(text, await File.ReadAllTextAsync(answers, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_DamagedLine_NamesFileAndLine()
    {
        using var run = new TestRun();
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno"));
        string answers = Path.Combine(run.Output, "answers.jsonl");
        string[] lines = await File.ReadAllLinesAsync(answers, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(answers, lines[0] + "\n{\"suite\":3}\n", TestContext.Current.CancellationToken);

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno")));

        Assert.Contains("answers.jsonl, line 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"suite\":\"yesno\",\"id\":0,\"scores\":[{\"metric\":\"luck\",\"part\":1,\"whole\":1,\"groups\":[]}]", "a score of 'luck'")]
    [InlineData("\"suite\":\"yesno\",\"id\":0,\"scores\":[{\"metric\":\"f1\",\"part\":1,\"whole\":0,\"groups\":[]}]", "a f1 of 1 in 0")]
    [InlineData("\"suite\":\"yesno\"", "damaged")]
    public async Task Comparison_DamagedScores_NamesFileAndLine(string line, string message)
    {
        using var run = new TestRun();
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(1, "yesno"));
        await File.WriteAllTextAsync(Path.Combine(run.Output, "scores.jsonl"), $"{{{line}}}\n", TestContext.Current.CancellationToken);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => RunComparison.Of(run.Output, run.Output, []));

        Assert.Contains("scores.jsonl, line 1,", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DirectoryInUse_SaysSo()
    {
        using var run = new TestRun();
        Directory.CreateDirectory(run.Output);
        await using var other = new FileStream(Path.Combine(run.Output, "answers.jsonl"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        IOException error = await Assert.ThrowsAsync<IOException>(() => run.RunAsync(run.Engine(_ => "네"), TestRun.Options(1, "yesno")));

        Assert.Contains("another evaluation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_QuestionDrawnOtherwise_IsAskedAnew()
    {
        using var run = new TestRun();
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno"));

        EvaluationReport report = await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno") with { Pictures = TestAssets.Small with { MaxSide = 300 } });

        Assert.True(report.Outdated > 0);
        Assert.Equal(report.Outdated, report.Asked);
    }

    [Fact]
    public async Task Run_QuestionTooLong_CountsAsWrong()
    {
        using var run = new TestRun();

        EvaluationReport report = await run.RunAsync(run.Engine(i => i == 0 ? throw new ArgumentException("The conversation has 900 tokens; 512 fit.") : "네"), TestRun.Options(2, "yesno"));

        Assert.Equal(1, report.Failures.Count);
        Assert.Contains("900 tokens", report.Failures.Reason!, StringComparison.Ordinal);
        Assert.Equal(2, TestRun.Of(report, MetricCatalogue.Accuracy).Estimate.Count);
        Assert.Equal(0.5, TestRun.Of(report, MetricCatalogue.Unanswered).Estimate.Value);

        EvaluationReport again = await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(2, "yesno"));
        Assert.Equal((1, 0), (again.Asked, again.Failures.Count));
    }

    [Fact]
    public async Task Run_Progress_CountsToTheEnd()
    {
        using var run = new TestRun();
        List<EvaluationProgress> told = [];

        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(3, "yesno", "reading"), progress: told.Add);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6], told.Select(p => p.Done));
        Assert.All(told, p => Assert.Equal(6, p.Total));
        Assert.Null(told[0].TimeLeft);
        Assert.NotNull(told[^2].TimeLeft);
    }

    [Fact]
    public async Task Page_AnswersOfAnyText_AreEscapedAndFailuresComeFirst()
    {
        using var run = new TestRun();
        IReadOnlyList<string> references = TestRun.References("reading", 4);
        await run.RunAsync(run.Engine(i => i < 2 ? references[i] : "<script>alert(1)</script>"), TestRun.Options(4, "reading"));

        string page = await Text(run.Output, "reading.html");

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert", page, StringComparison.Ordinal);
        Assert.Contains("data:image/jpeg;base64,", page, StringComparison.Ordinal);
        Assert.Contains("<td>signs &gt;= 20 px</td>", page, StringComparison.Ordinal);
        Assert.Contains("|signs &gt;= 20 px|", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(page.IndexOf("data-right=\"0\"", StringComparison.Ordinal) < page.IndexOf("data-right=\"1\"", StringComparison.Ordinal));
        Assert.True(page.LastIndexOf("data-right=\"0\"", StringComparison.Ordinal) < page.IndexOf("data-right=\"1\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Comparison_BetterModel_IsCertainlyBetter()
    {
        using var run = new TestRun();
        IReadOnlyList<string> references = TestRun.References("reading", 12);
        string worse = Path.Combine(run.Folder, "worse"), better = Path.Combine(run.Folder, "better");
        await run.RunAsync(run.Engine(i => i % 4 == 0 ? references[i] : "뷁"), TestRun.Options(12, "reading"), worse);
        await run.RunAsync(run.Engine(i => i % 4 != 3 ? references[i] : "뷁"), TestRun.Options(12, "reading"), better);

        RunComparison comparison = RunComparison.Of(worse, better, []);

        MeasuredDifference exact = comparison.Differences.First(d => d is { Metric: MetricCatalogue.Exact, Group: "all" });
        Assert.Equal((0.25, 0.75, 12), (exact.First, exact.Second, exact.Difference.Count));
        Assert.Equal(0.5, exact.Difference.Value, 1e-12);
        Assert.True(exact is { IsCertain: true, IsBetter: true });
        MeasuredDifference errors = comparison.Differences.First(d => d is { Metric: MetricCatalogue.CharacterErrors, Group: "all" });
        Assert.True(errors.Difference.Value < 0 && errors.IsBetter);
        Assert.Equal(("worse", "better", 0), (comparison.First, comparison.Second, comparison.Unpaired));
        Assert.All(RunComparison.Of(worse, worse, []).Differences, d => Assert.Equal((0.0, false), (d.Difference.Value, d.IsCertain)));
    }

    [Fact]
    public async Task Comparison_OtherSeeds_IsRefused()
    {
        using var run = new TestRun();
        string first = Path.Combine(run.Folder, "first"), second = Path.Combine(run.Folder, "second");
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(1, "yesno"), first);
        await run.RunAsync(run.Engine(_ => "네"), TestRun.Options(1, "yesno") with { Seed = 2 }, second);

        Assert.Contains("different pictures", Assert.Throws<InvalidDataException>(() => RunComparison.Of(first, second, [])).Message, StringComparison.Ordinal);
        Assert.Contains("is no evaluation", Assert.Throws<InvalidDataException>(() => RunComparison.Of(run.Model, second, [])).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => RunComparison.Of(Path.Combine(run.Folder, "none"), second, []));
    }

    [Fact]
    public void Options_BadValues_SayWhatIsExpected()
    {
        Assert.Contains("reading", Assert.Throws<ArgumentException>(() => TestRun.Options(1, "redaing").Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("Count is 0", Assert.Throws<ArgumentException>(() => TestRun.Options(0, "reading").Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => TestRun.Options(1, "reading", "reading").Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("No suite", Assert.Throws<ArgumentException>(() => TestRun.Options(1).Validate()).Message, StringComparison.Ordinal);
    }

    private static Task<string> Text(string directory, string file) => File.ReadAllTextAsync(Path.Combine(directory, file), TestContext.Current.CancellationToken);
}

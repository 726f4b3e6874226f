using Nunchi.Chat;
using Nunchi.Evaluation.Questions;
using Nunchi.Evaluation.Runs;
using Nunchi.Evaluation.Suites;
using Nunchi.Images;

namespace Nunchi.Evaluation.Tests.Questions;

public class QuestionFileTests
{
    private const string Good = """{"image": "a.png", "ask": "얼마야?", "accept": ["2,980"]}""";

    [Fact]
    public async Task Run_LinesOfEveryKind_AreAskedAsCommandsAskAndJudgedByWhatTheyExpect()
    {
        using var run = new TestRun();
        string[] lines =
        [
            "# prices", "",
            """{"image": "a.png", "ask": "얼마야?", "accept": ["2,980", "삼천"], "group": "tags"}""",
            """{"images": ["a.png", "b.png"], "ask": "어느 쪽이 비싸?", "all": ["첫", "사과"], "not": ["둘"]}""",
            """{"image": "b.png", "task": "read", "text": "할인\n50%"}""",
            """{"image": "b.png", "task": "locate", "ask": "red car", "boxes": [[0.1, 0.1, 0.5, 0.5]], "group": "tags"}""",
            """{"image": "b.png", "task": "locate", "ask": "노란 우산", "boxes": []}""",
            """{"image": "b.png", "task": "caption", "language": "en", "all": ["car"]}""",
            """{"ask": "안녕?", "accept": ["안녕"]}""",
        ];
        QuestionFile file = Write(run, lines);
        Assert.Equal(7, file.Count);
        string box = "<obj>red car</obj><bbox>0.1, 0.1, 0.5, 0.5</bbox>";
        string[] right = ["2,980원입니다.", "첫 번째의 사과입니다.", "할인 50%", $"{box} is here.", "없습니다.", "A red car.", "안녕하세요? 안녕!"];
        string[] wrong = ["12,980원입니다.", "둘 다 첫 사과입니다.", "할인 500%", "It is not there.", $"{box} is here.", "A red bus.", "네."];

        ScriptedEngine engine = run.Engine(i => right[i]);
        EvaluationReport report = await Run(run, file, engine, "right");
        Assert.Equal((1.0, 7), (TestRun.Of(report, MetricCatalogue.Right).Estimate.Value, TestRun.Of(report, MetricCatalogue.Right).Estimate.Count));
        Assert.Equal(2, TestRun.Of(report, MetricCatalogue.Right, "tags").Estimate.Count);
        Assert.Equal(0, TestRun.Of(report, MetricCatalogue.CharacterErrors).Estimate.Value);
        Assert.Equal(1, TestRun.Of(report, MetricCatalogue.Overlap, "locate").Estimate.Value, 3);
        var second = new RgbImage(9, 8);
        Assert.Equal([1, 2, 1, 1, 1, 1, 0], engine.Asked.Select(asked => asked[0].Parts.OfType<ImagePart>().Count()));
        Message located = Requests.Locate(second, "red car"), caption = Requests.Caption(second, AnswerLanguage.English), read = Requests.Read(second, boxes: false);
        foreach (var (index, expected) in ((int, Message)[])[(2, read), (3, located), (5, caption)])
            Assert.Equal(QuestionForm.Shown(expected), QuestionForm.Shown(engine.Asked[index][0]));

        report = await Run(run, file, run.Engine(i => wrong[i]), "wrong");
        Assert.Equal(0, TestRun.Of(report, MetricCatalogue.Right).Estimate.Value);
        Assert.Equal(1 / 6.0, TestRun.Of(report, MetricCatalogue.CharacterErrors).Estimate.Value, 6);
        string page = await File.ReadAllTextAsync(Path.Combine(run.Folder, "wrong", "questions.html"), TestContext.Current.CancellationToken);
        Assert.Contains("holds 2,980 or 삼천", page, StringComparison.Ordinal);
        Assert.Contains("no box", page, StringComparison.Ordinal);

        // Answers that are there are not asked for again; another question is.
        engine = run.Engine(_ => "네.");
        await Run(run, Write(run, [.. lines[..^1], """{"ask": "잘 가?", "accept": ["네"]}"""]), engine, "wrong");
        Assert.Single(engine.Asked);
        report = await Evaluator.RunAsync(run.Engine(i => right[i]), file, 2, 64, Path.Combine(run.Folder, "two"), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(2, report.Suites[0].Done);
    }

    [Theory]
    [InlineData("""{"image": "a.png", "ask": "얼마야?"}""", "line 2", "expects nothing")]
    [InlineData("""{"image": "a.png", "accept": ["1"]}""", "line 2", "'ask', the question")]
    [InlineData("""{"image": "a.png", "task": "locate", "boxes": []}""", "line 2", "what to look for")]
    [InlineData("""{"image": "a.png", "task": "read", "ask": "뭐야?", "text": "가"}""", "line 2", "a task of read")]
    [InlineData("""{"task": "caption", "accept": ["개"]}""", "line 2", "about one")]
    [InlineData("""{"image": "a.png", "images": ["b.png"], "ask": "?", "accept": ["1"]}""", "line 2", "'image' and 'images'")]
    [InlineData("""{"image": "a.png", "ask": "?", "accept": [" "]}""", "line 2", "something empty")]
    [InlineData("""{"image": "a.png", "task": "caption", "language": "fr", "accept": ["개"]}""", "line 2", "ko or en")]
    [InlineData("""{"image": "a.png", "ask": "?", "boxes": [[0.5, 0.1, 0.2, 0.4]]}""", "line 2", "[0.5, 0.1, 0.2, 0.4]")]
    [InlineData("""{"image": "a.png", "ask": "?", "boxes": [[10, 10, 20, 20]]}""", "line 2", "from 0 to 1")]
    [InlineData("""{"image": "a.png", "ask": "?", "acept": ["1"]}""", "line 2", "acept")]
    [InlineData("""{"image": "a.png", "task": "count", "accept": ["1"]}""", "line 2", "ask, caption, read, locate")]
    [InlineData("""{"image": "a.png", "ask": "?", "accept": ["1"]""", "line 2", "is not a question")]
    [InlineData("null", "line 2", "is not a question")]
    public void Read_WrongLine_SaysWhereAndWhat(string line, string where, string what)
    {
        using var run = new TestRun();
        string message = Assert.Throws<InvalidDataException>(() => Write(run, [Good, line])).Message;
        Assert.Contains(where, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_FilesThatAreNotThereOrNoPictures_AreNamed()
    {
        using var run = new TestRun();
        Assert.Contains("nowhere.jsonl", Assert.Throws<FileNotFoundException>(() => QuestionFile.Read(Path.Combine(run.Folder, "nowhere.jsonl"))).Message, StringComparison.Ordinal);
        string missing = Assert.Throws<FileNotFoundException>(() => Write(run, [Good, Good.Replace("a.png", "c.png", StringComparison.Ordinal)])).Message;
        Assert.Contains("line 2", missing, StringComparison.Ordinal);
        Assert.Contains("c.png", missing, StringComparison.Ordinal);
        Assert.Contains("holds no question", Assert.Throws<InvalidDataException>(() => Write(run, ["# nothing", ""])).Message, StringComparison.Ordinal);

        QuestionFile file = Write(run, [Good]);
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "a.png"), "no picture", TestContext.Current.CancellationToken);
        ImageFormatException broken = await Assert.ThrowsAsync<ImageFormatException>(() => Run(run, file, run.Engine(_ => "네."), "broken"));
        Assert.Contains("questions.jsonl, line 1", broken.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Evaluator.RunAsync(run.Engine(_ => ""), file, 0, 8, run.Output, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Read_PagesOfTheSamples_AreAllThere()
    {
        QuestionFile file = QuestionFile.Read(Path.Combine(RepositoryFiles.Root, "samples", "pages", "questions.jsonl"));
        Assert.True(file.Count > 70, $"{file.Count} questions");
        var suite = new OwnQuestionsSuite(file);
        Assert.All(Enumerable.Range(0, file.Count).Select(suite.Item), item => Assert.All(item.Images, image => Assert.InRange(image.Width, 300, 640)));
        string folder = Path.GetDirectoryName(file.Path)!;
        Assert.Equal(Directory.GetFiles(folder, "*.png").Length, file.Lines.SelectMany(line => line.Question.Pictures).Distinct().Count());
    }

    private static QuestionFile Write(TestRun run, string[] lines)
    {
        foreach (string name in (string[])["a.png", "b.png"])
            File.WriteAllBytes(Path.Combine(run.Folder, name), ImageEncoder.ToPng(new RgbImage(name == "a.png" ? 8 : 9, 8)));
        string path = Path.Combine(run.Folder, "questions.jsonl");
        File.WriteAllLines(path, lines);
        return QuestionFile.Read(path);
    }

    private static Task<EvaluationReport> Run(TestRun run, QuestionFile file, IChatEngine engine, string output) =>
        Evaluator.RunAsync(engine, file, null, 64, Path.Combine(run.Folder, output), cancellation: TestContext.Current.CancellationToken);
}

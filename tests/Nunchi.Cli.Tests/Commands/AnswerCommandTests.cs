using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Cli.Tests.Commands;

public class AnswerCommandTests
{
    private static readonly BoundingBox Box = new(0.1, 0.2, 0.5, 0.95);

    [Fact]
    public async Task Chat_PictureAndQuestion_SendsBothAndStreamsTheAnswer()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("chat", "--image", shell.Picture(), "지금 무슨 역이야?");

        Assert.Equal(ExitCode.Success, code);
        Assert.Equal("안녕하세요.\n", shell.Output);
        Assert.Empty(shell.Errors);
        Message question = Assert.Single(shell.Engine.Asked[0]);
        Assert.Equal(Role.User, question.Role);
        Assert.Equal(40, Assert.IsType<ImagePart>(question.Parts[0]).Image.Width);
        Assert.Equal("지금 무슨 역이야?", Assert.IsType<TextPart>(question.Parts[1]).Text);
        Assert.Equal(shell.Model, shell.LoadedFrom);
        Assert.True(shell.Engine.Disposed);
    }

    [Fact]
    public async Task Chat_SeveralPicturesAndWords_KeepsTheirOrder()
    {
        using var shell = new TestShell();

        await shell.RunAsync("chat", "--image", shell.Picture("a.png", 10, 10), "--image", shell.Picture("b.png", 20, 10), "둘이", "같아?");

        IReadOnlyList<ContentPart> parts = shell.Engine.Asked[0][0].Parts;
        Assert.Equal([10, 20], parts.OfType<ImagePart>().Select(part => part.Image.Width));
        Assert.Equal(new TextPart("둘이 같아?"), parts[^1]);
    }

    [Fact]
    public async Task Chat_Dash_ReadsTheQuestionFromTheInput()
    {
        using var shell = new TestShell { Input = "첫 줄\n둘째 줄\n" };

        await shell.RunAsync("chat", "-");

        Assert.Equal(new TextPart("첫 줄\n둘째 줄"), shell.Engine.Asked[0][0].Parts[0]);
    }

    [Fact]
    public async Task Chat_Options_ReachTheEngine()
    {
        using var shell = new TestShell();

        await shell.RunAsync("chat", "안녕", "--seed", "7", "--temperature", "0.5", "--top-k", "40", "--top-p", "0.9", "--min-p", "0.05",
            "--repetition-penalty", "1.1", "--no-repeat-ngram", "9", "--no-repeat-in-answer", "8", "--max-tokens", "33", "--threads", "1");

        GenerationOptions options = shell.Engine.Options[0];
        Assert.Equal((7ul, 0.5, 40, 0.9, 0.05, 1.1, 9, 8, 33),
            (options.Seed, options.Temperature, options.TopK, options.TopP, options.MinP, options.RepetitionPenalty, options.NoRepeatNGramSize, options.AnswerNoRepeatNGramSize, options.MaxTokens));
        Assert.Equal(1, shell.LoadedThreads);
    }

    [Fact]
    public async Task Chat_SamplingWithoutTemperature_SaysThatItHasNoEffect()
    {
        using var shell = new TestShell();

        await shell.RunAsync("chat", "안녕", "--top-k", "5");

        Assert.Contains("--top-k has no effect at temperature 0", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_BeamsAndLooks_ReachTheEngineAndBeamsHaveNoEffectWithATemperature()
    {
        using var shell = new TestShell();

        await shell.RunAsync("chat", "안녕", "--beams", "4", "--length-penalty", "0.5", "--looks", "3");
        Assert.Equal((4, 0.5, 3), (shell.Engine.Options[0].Beams, shell.Engine.Options[0].LengthPenalty, shell.Engine.Options[0].Looks));
        Assert.DoesNotContain("no effect", shell.Errors, StringComparison.Ordinal);

        await shell.RunAsync("chat", "안녕", "--beams", "4", "--temperature", "0.5");
        Assert.Contains("--beams has no effect with --temperature", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("chat", "안녕", "--beams", "65"));
        Assert.Equal(ExitCode.Usage, await shell.RunAsync("chat", "안녕", "--looks", "5"));
    }

    [Fact]
    public async Task Json_GroundedAnswer_HasEveryFieldOfTheSchema()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] = FakeEngine.Grounded("노란 우산", Box);

        int code = await shell.RunAsync("chat", "--image", shell.Picture(), "우산 어디?", "--json");

        Assert.Equal(ExitCode.Success, code);
        Assert.Empty(shell.Errors);
        JsonElement root = JsonCheck.Single(shell.Output, "nunchi.answer/1");
        Assert.Equal(["schema", "model", "text", "spans", "usage", "timings", "finish_reason"], JsonCheck.Names(root));
        Assert.Equal("tiny", root.GetProperty("model").GetString());
        Assert.Equal("여기 노란 우산이 있어요.", root.GetProperty("text").GetString());
        Assert.Contains("노란", shell.Output, StringComparison.Ordinal);
        JsonElement span = Assert.Single(root.GetProperty("spans").EnumerateArray());
        Assert.Equal(["phrase", "kind", "start", "end", "boxes"], JsonCheck.Names(span));
        Assert.Equal(("노란 우산", "object", 3, 8),
            (span.GetProperty("phrase").GetString(), span.GetProperty("kind").GetString(), span.GetProperty("start").GetInt32(), span.GetProperty("end").GetInt32()));
        JsonElement box = Assert.Single(span.GetProperty("boxes").EnumerateArray());
        Assert.Equal(["x1", "y1", "x2", "y2", "pixels"], JsonCheck.Names(box));
        Assert.Equal(0.95, box.GetProperty("y2").GetDouble());
        Assert.Equal("""{"x1":4,"y1":4,"x2":20,"y2":19}""", box.GetProperty("pixels").GetRawText());
        Assert.Equal("""{"prompt_tokens":30,"image_tokens":16,"completion_tokens":9,"cached_tokens":0,"drafted_tokens":0,"accepted_tokens":0}""", root.GetProperty("usage").GetRawText());
        Assert.Equal("""{"load_ms":12.35,"encode_ms":10,"prefill_ms":20,"first_token_ms":31.5,"decode_ms":40,"total_ms":71.5}""",
            root.GetProperty("timings").GetRawText().Replace("12.34,", "12.35,", StringComparison.Ordinal));
        Assert.Equal("stop", root.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Chat_OnATerminal_ColoursThePhraseLikeItsBox()
    {
        using var shell = new TestShell { OutTerminal = new Terminal(true, 80, ColorDepth.True, PictureProtocol.None) };
        shell.Engine.Scripts[0] = FakeEngine.Grounded("우산", Box);

        await shell.RunAsync("chat", "--image", shell.Picture(), "어디?");

        string colour = Cli.Answers.Ansi.Phrase(0, ColorDepth.True);
        Assert.Equal($"여기 {colour}우산\e[0m이 있어요.\n", shell.Output);
    }

    [Theory]
    [InlineData(true, "가\uFFFD[2J나\n")]
    [InlineData(false, "가\e[2J나\n")]
    public async Task Chat_ModelWritesControlCharacters_TerminalNeverGetsThem(bool terminal, string expected)
    {
        using var shell = new TestShell();
        if (terminal)
            shell.OutTerminal = new Terminal(true, 80, ColorDepth.None, PictureProtocol.None);
        shell.Engine.Scripts[0] = [new TextDelta("가\e[2J나")];

        await shell.RunAsync("chat", "안녕");

        Assert.Equal(expected, shell.Output);
    }

    [Fact]
    public async Task Chat_NoColor_WritesPlainText()
    {
        using var shell = new TestShell { OutTerminal = new Terminal(true, 80, ColorDepth.True, PictureProtocol.HalfBlocks) };
        shell.Engine.Scripts[0] = FakeEngine.Grounded("우산", Box);

        await shell.RunAsync("chat", "--image", shell.Picture(), "어디?", "--no-color");

        Assert.Equal("여기 우산이 있어요.\n", shell.Output);
    }

    [Fact]
    public async Task Chat_TerminalThatShowsPictures_ShowsThePictureAfterTheAnswer()
    {
        using var shell = new TestShell { OutTerminal = new Terminal(true, 80, ColorDepth.True, PictureProtocol.HalfBlocks) };
        shell.Engine.Scripts[0] = FakeEngine.Grounded("우산", Box);

        await shell.RunAsync("chat", "--image", shell.Picture(), "어디?");

        Assert.Equal(10, shell.Output.Split('\n').Count(line => line.Contains('▀', StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("ko", false)]
    [InlineData("en", true)]
    public async Task Caption_Language_DecidesWhetherAnythingIsSaid(string language, bool words)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Success, await shell.RunAsync("caption", shell.Picture(), "--language", language));
        Assert.Equal(words, shell.Engine.Asked[0][0].Parts.Any(part => part is TextPart));
    }

    [Fact]
    public async Task Caption_UnknownLanguage_IsRefused()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("caption", shell.Picture(), "--language", "fr"));
        Assert.Contains("ko or en is expected", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_WithoutBoxes_StreamsText()
    {
        using var shell = new TestShell();

        await shell.RunAsync("read", shell.Picture());

        Assert.DoesNotContain(shell.Engine.Asked[0][0].Parts, part => part is TaskPart);
        Assert.Equal("안녕하세요.\n", shell.Output);
    }

    [Fact]
    public async Task Read_Boxes_WritesOneLineWithTabsAPiece()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] =
        [
            new TextDelta("판교", 0),
            new SpanCompleted(0, new GroundedSpan("판교", SpanKind.Text, 0, 2, [Box])),
            new TextDelta("\n"),
            new TextDelta("Pangyo", 1),
            new SpanCompleted(1, new GroundedSpan("Pangyo", SpanKind.Text, 3, 9, [new BoundingBox(0, 0, 1, 1)])),
        ];

        await shell.RunAsync("read", shell.Picture(), "--boxes");

        Assert.Equal(new TaskPart(VisualTask.Read), shell.Engine.Asked[0][0].Parts[^1]);
        Assert.Equal("판교\t0.100\t0.200\t0.500\t0.950\t4\t4\t20\t19\nPangyo\t0.000\t0.000\t1.000\t1.000\t0\t0\t40\t20\n", shell.Output);
    }

    [Fact]
    public async Task Locate_ThingThere_WritesItsBoxes()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] = FakeEngine.Grounded("노란 우산", Box, new BoundingBox(0.5, 0.5, 1, 1));

        int code = await shell.RunAsync("locate", shell.Picture(), "노란 우산");

        Assert.Equal(ExitCode.Success, code);
        Assert.Equal("노란 우산\t0.100\t0.200\t0.500\t0.950\t4\t4\t20\t19\n노란 우산\t0.500\t0.500\t1.000\t1.000\t20\t10\t40\t20\n", shell.Output);
        Assert.Contains(shell.Engine.Asked[0][0].Parts, part => part == new TaskPart(VisualTask.Ground));
    }

    [Fact]
    public async Task Locate_ThingNotThere_WritesNoBoxAndSaysSo()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("locate", shell.Picture(), "코끼리");

        Assert.Equal(ExitCode.Success, code);
        Assert.Empty(shell.Output);
        Assert.Contains("'코끼리' was not found", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draw_File_IsAPictureOfTheSameSize()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] = FakeEngine.Grounded("우산", Box);
        string source = shell.Picture();

        int code = await shell.RunAsync("locate", source, "우산", "--draw", shell.PathOf("out.png"));

        Assert.Equal(ExitCode.Success, code);
        RgbImage drawn = TestShell.Load(shell.PathOf("out.png"));
        Assert.Equal((40, 20), (drawn.Width, drawn.Height));
        Assert.NotEqual(TestShell.Load(source).Pixels, drawn.Pixels);
        Assert.Empty(Directory.EnumerateFiles(shell.Folder, ".*"));
    }

    [Fact]
    public async Task Draw_WithoutPicture_IsRefused()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("chat", "안녕", "--draw", shell.PathOf("out.png")));
        Assert.Contains("--draw needs a picture", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_CutOff_IsNoted()
    {
        using var shell = new TestShell();
        shell.Engine.FinishReason = FinishReason.Length;

        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat", "안녕"));
        Assert.Contains("cut off after 9 tokens", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ControlC_EndsWith130AndAWholeLine()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] = [new TextDelta("하나 "), new TextDelta("둘")];
        shell.Engine.Before = (_, piece) =>
        {
            if (piece == 1)
                shell.Interrupts.Raise();
        };

        int code = await shell.RunAsync("chat", "안녕");

        Assert.Equal(ExitCode.Interrupted, code);
        Assert.Equal("하나 \n", shell.Output);
        Assert.Contains("Interrupted", shell.Errors, StringComparison.Ordinal);
        Assert.Null(shell.Exited);
    }
}

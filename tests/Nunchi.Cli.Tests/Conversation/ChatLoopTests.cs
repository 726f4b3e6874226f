using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Grounding;

namespace Nunchi.Cli.Tests.Conversation;

public class ChatLoopTests
{
    [Fact]
    public async Task Pipe_TwoLines_AreTwoTurnsOfOneConversation()
    {
        using var shell = new TestShell { Input = "안녕\n\n그래서?\n" };
        shell.Engine.Scripts[0] = [new TextDelta("하나")];
        shell.Engine.Scripts.Add([new TextDelta("둘")]);

        int code = await shell.RunAsync("chat");

        Assert.Equal(ExitCode.Success, code);
        Assert.Equal("하나\n둘\n", shell.Output);
        Assert.Empty(shell.Errors);
        Assert.Equal([Role.User, Role.Assistant, Role.User], shell.Engine.Asked[1].Select(message => message.Role));
        Assert.Equal(new TextPart("<raw>하나"), shell.Engine.Asked[1][1].Parts[0]);
    }

    [Fact]
    public async Task Pipe_Json_WritesOneObjectALine()
    {
        using var shell = new TestShell { Input = "하나\n둘\n" };

        await shell.RunAsync("chat", "--json");

        string[] lines = shell.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => JsonCheck.Single(line + "\n", "nunchi.answer/1"));
    }

    [Fact]
    public async Task Image_ThenQuestion_PutsThePictureBeforeTheWords()
    {
        using var shell = new TestShell();
        shell.Input = $"/image {shell.Picture()}\n이건 뭐야?\n더 말해 줘\n";

        await shell.RunAsync("chat");

        Assert.IsType<ImagePart>(shell.Engine.Asked[0][0].Parts[0]);
        Assert.Equal(new TextPart("이건 뭐야?"), shell.Engine.Asked[0][0].Parts[1]);
        Assert.DoesNotContain(shell.Engine.Asked[1][2].Parts, part => part is ImagePart);
    }

    [Fact]
    public async Task Image_ThenEmptyLine_AsksForACaption()
    {
        using var shell = new TestShell();
        shell.Input = $"/language en\n/image \"{shell.Picture()}\"\n\n";

        await shell.RunAsync("chat");

        Assert.Equal(Requests.Caption(((ImagePart)shell.Engine.Asked[0][0].Parts[0]).Image, AnswerLanguage.English).Parts[1], shell.Engine.Asked[0][0].Parts[1]);
    }

    [Fact]
    public async Task Reset_ForgetsTurnsAndPictures()
    {
        using var shell = new TestShell();
        shell.Input = $"/image {shell.Picture()}\n하나\n/reset\n/images\n둘\n";

        await shell.RunAsync("chat");

        Assert.Single(shell.Engine.Asked[1]);
        Assert.Single(shell.Engine.Asked[1][0].Parts);
        Assert.Contains("No pictures yet", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_ListsShownAndWaiting()
    {
        using var shell = new TestShell();
        shell.Input = $"/image {shell.Picture("a.png")}\n뭐야?\n/image {shell.Picture("b.png")}\n/images\n";

        await shell.RunAsync("chat", "--quiet");

        Assert.Equal("  1. a.png, 40 x 20\n  2. b.png, 40 x 20, goes with the next question\n", shell.Errors);
    }

    [Fact]
    public async Task Quit_StopsBeforeTheRest()
    {
        using var shell = new TestShell { Input = "/quit\n안녕\n" };

        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat"));
        Assert.Empty(shell.Engine.Asked);
    }

    [Fact]
    public async Task Help_NamesEveryCommand()
    {
        using var shell = new TestShell { Input = "/help\n" };

        await shell.RunAsync("chat");

        Assert.All(Cli.Conversation.SlashCommands.Names, name => Assert.Contains(name.TrimEnd(), shell.Errors, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/iamge a.png", "There is no /iamge. Did you mean /image?")]
    [InlineData("/image", "needs a picture's FILE")]
    [InlineData("/image nowhere.png", "nowhere.png does not exist")]
    [InlineData("/draw out.png", "no answer about a picture")]
    [InlineData("/language fr", "ko or en is expected")]
    public async Task Pipe_CommandFails_GoesOnAndEndsWithOne(string line, string message)
    {
        using var shell = new TestShell { Input = $"{line}\n안녕\n" };

        int code = await shell.RunAsync("chat");

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains(message, shell.Errors, StringComparison.Ordinal);
        Assert.Equal("안녕하세요.\n", shell.Output);
    }

    [Fact]
    public async Task Pipe_LineThatIsAPath_IsAQuestion()
    {
        using var shell = new TestShell { Input = "/home/me/a.png 는 뭐야?\n" };

        await shell.RunAsync("chat");

        Assert.Equal(new TextPart("/home/me/a.png 는 뭐야?"), shell.Engine.Asked[0][0].Parts[0]);
    }

    [Fact]
    public async Task FailedQuestion_LeavesTheConversationAsItWas()
    {
        using var shell = new TestShell { Input = "하나\n둘\n셋\n" };
        shell.Engine.Before = (number, _) =>
        {
            if (number == 1)
                throw new ArgumentException("The conversation takes 3,000 tokens.");
        };

        int code = await shell.RunAsync("chat");

        Assert.Equal(ExitCode.Failure, code);
        Assert.Equal([1, 3, 3], shell.Engine.Asked.Select(conversation => conversation.Count));
    }

    [Fact]
    public async Task Save_Json_HoldsTurns()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] = FakeEngine.Grounded("우산", new BoundingBox(0, 0, 1, 1));
        shell.Input = $"/image {shell.Picture()}\n어디?\n/save {shell.PathOf("talk.json")}\n";

        await shell.RunAsync("chat");

        JsonElement root = JsonCheck.Single(await File.ReadAllTextAsync(shell.PathOf("talk.json"), TestContext.Current.CancellationToken), "nunchi.conversation/1");
        JsonElement turn = Assert.Single(root.GetProperty("turns").EnumerateArray());
        Assert.Equal("어디?", turn.GetProperty("question").GetString());
        Assert.Equal("picture.png", turn.GetProperty("pictures")[0].GetString());
        Assert.Equal("우산", turn.GetProperty("spans")[0].GetProperty("phrase").GetString());
    }

    [Fact]
    public async Task Save_Markdown_ReadsAsAConversation()
    {
        using var shell = new TestShell();
        shell.Input = $"안녕\n/save {shell.PathOf("talk.md")}\n";

        await shell.RunAsync("chat");

        Assert.Equal("# tiny\n\n**안녕**\n\n안녕하세요.\n", await File.ReadAllTextAsync(shell.PathOf("talk.md"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Draw_WritesTheLastAnswersBoxes()
    {
        using var shell = new TestShell();
        shell.Engine.Scripts[0] = FakeEngine.Grounded("우산", new BoundingBox(0.2, 0.2, 0.8, 0.8));
        shell.Input = $"/image {shell.Picture()}\n어디?\n/draw {shell.PathOf("out.png")}\n";

        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat"));

        Assert.Equal(40, TestShell.Load(shell.PathOf("out.png")).Width);
        Assert.Contains("1 box", shell.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminal_ControlC_StopsTheAnswerAndNotTheProgram()
    {
        using var shell = Terminal("하나\r둘\r", out _);
        shell.Engine.Scripts[0] = [new TextDelta("가"), new TextDelta("나")];
        shell.Engine.Before = (number, piece) =>
        {
            if (number == 0 && piece == 1)
                shell.Interrupts.Raise();
        };

        int code = await shell.RunAsync("chat", "--no-color");

        Assert.Equal(ExitCode.Success, code);
        Assert.Null(shell.Exited);
        Assert.Contains("(stopped", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(2, shell.Engine.Asked.Count);
        Assert.Single(shell.Engine.Asked[1]);
        Assert.Contains("가나\n", shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminal_Start_ShowsModelAndPrompt()
    {
        using var shell = Terminal("", out FakeKeyboard keyboard);

        await shell.RunAsync("chat", "--no-color");

        Assert.Contains("tiny · 3.7 M parameters · AVX2, 2 threads", shell.Errors, StringComparison.Ordinal);
        Assert.Contains("> ", shell.Output, StringComparison.Ordinal);
        Assert.False(keyboard.ControlCIsKey);
    }

    private static TestShell Terminal(string typed, out FakeKeyboard keyboard)
    {
        keyboard = new FakeKeyboard(typed);
        var terminal = new Terminal(true, 80, ColorDepth.True, PictureProtocol.None);
        return new TestShell { Keyboard = keyboard, OutTerminal = terminal, ErrorTerminal = terminal };
    }
}

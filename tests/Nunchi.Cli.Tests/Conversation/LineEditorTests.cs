using Nunchi.Cli.Conversation;

namespace Nunchi.Cli.Tests.Conversation;

public class LineEditorTests
{
    [Fact]
    public void ReadLine_Hangul_BackspaceTakesAWholeSyllable()
    {
        Assert.Equal("판교", Read(new FakeKeyboard("판교역").Press(ConsoleKey.Backspace).Type("\r")));
    }

    [Fact]
    public void ReadLine_CursorKeys_InsertInTheMiddle()
    {
        Assert.Equal("가나다", Read(new FakeKeyboard("가다").Press(ConsoleKey.LeftArrow).Type("나\r")));
        Assert.Equal("가나다", Read(new FakeKeyboard("나다").Press(ConsoleKey.Home).Type("가\r")));
        Assert.Equal("가나다", Read(new FakeKeyboard("가나").Press(ConsoleKey.Home, ConsoleKey.RightArrow, ConsoleKey.End).Type("다\r")));
        Assert.Equal("나다", Read(new FakeKeyboard("가나다").Press(ConsoleKey.Home, ConsoleKey.Delete).Type("\r")));
    }

    [Fact]
    public void ReadLine_ControlKeys_CutAsAShellDoes()
    {
        Assert.Equal("하나 ", Read(new FakeKeyboard("하나 둘 ").Control(ConsoleKey.W).Type("\r")));
        Assert.Equal("둘", Read(new FakeKeyboard("하나둘").Press(ConsoleKey.LeftArrow).Control(ConsoleKey.U).Type("\r")));
        Assert.Equal("하나", Read(new FakeKeyboard("하나둘").Press(ConsoleKey.LeftArrow).Control(ConsoleKey.K).Type("\r")));
        Assert.Equal("다시", Read(new FakeKeyboard("처음").Control(ConsoleKey.C).Type("다시\r")));
    }

    [Fact]
    public void ReadLine_Emoji_IsOneCharacter()
    {
        Assert.Equal("a", Read(new FakeKeyboard("a😀").Press(ConsoleKey.Backspace).Type("\r")));
        Assert.Equal("a😀b", Read(new FakeKeyboard("a😀b\r")));
    }

    [Fact]
    public void ReadLine_UpAndDown_WalkTheHistoryAndKeepTheDraft()
    {
        using var shell = new TestShell();
        FakeKeyboard keyboard = new FakeKeyboard("하나\r둘\r셋")
            .Press(ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.DownArrow, ConsoleKey.DownArrow).Type("!\r")
            .Press(ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.UpArrow).Type("\r");
        var editor = new LineEditor(shell.Build(), keyboard, []);

        Assert.Equal(["하나", "둘", "셋!", "하나"], Enumerable.Range(0, 4).Select(_ => editor.ReadLine("> ")));
        Assert.Null(editor.ReadLine("> "));
    }

    [Fact]
    public void ReadLine_Tab_CompletesCommands()
    {
        Assert.Equal("/help", Read(new FakeKeyboard("/h\t\r")));
        Assert.Equal("/image", Read(new FakeKeyboard("/im\t\r")));
        Assert.Equal("모르", Read(new FakeKeyboard("모르\t\r")));
    }

    [Fact]
    public void ReadLine_WideLine_StaysOnOneRow()
    {
        using var shell = new TestShell { OutTerminal = new Terminal(true, 20, ColorDepth.None, PictureProtocol.None) };

        new LineEditor(shell.Build(), new FakeKeyboard(new string('가', 30) + "\r"), []).ReadLine("> ");

        Assert.All(shell.Output.Split('\r'), row => Assert.InRange(TextWidth.Of(row.Replace("\e[2K", "", StringComparison.Ordinal).TrimEnd('\n')), 0, 19));
    }

    [Fact]
    public void ReadLine_CursorInsideHangul_MovesBackByColumns()
    {
        using var shell = new TestShell();

        new LineEditor(shell.Build(), new FakeKeyboard("가나").Press(ConsoleKey.LeftArrow).Type("\r"), []).ReadLine("> ");

        Assert.Contains("> 가나\e[2D", shell.Output, StringComparison.Ordinal);
    }

    private static string? Read(FakeKeyboard keyboard)
    {
        using var shell = new TestShell();
        return new LineEditor(shell.Build(), keyboard, SlashCommands.Names).ReadLine("> ");
    }
}

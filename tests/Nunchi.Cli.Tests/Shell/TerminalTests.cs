namespace Nunchi.Cli.Tests.Shells;

public class TerminalTests
{
    [Theory]
    [InlineData("TERM=dumb", ColorDepth.None, PictureProtocol.None)]
    [InlineData("TERM=xterm;NO_COLOR=1", ColorDepth.None, PictureProtocol.None)]
    [InlineData("TERM=xterm", ColorDepth.Sixteen, PictureProtocol.None)]
    [InlineData("TERM=xterm-256color", ColorDepth.TwoHundredFiftySix, PictureProtocol.HalfBlocks)]
    [InlineData("TERM=xterm-256color;COLORTERM=truecolor", ColorDepth.True, PictureProtocol.HalfBlocks)]
    [InlineData("TERM=xterm-kitty;COLORTERM=truecolor", ColorDepth.True, PictureProtocol.Kitty)]
    [InlineData("TERM=xterm-256color;COLORTERM=truecolor;TERM_PROGRAM=iTerm.app", ColorDepth.True, PictureProtocol.Iterm)]
    [InlineData("TERM=foot;COLORTERM=truecolor", ColorDepth.True, PictureProtocol.Sixel)]
    [InlineData("TERM=tmux-256color;TMUX=x;KITTY_WINDOW_ID=1;COLORTERM=truecolor", ColorDepth.True, PictureProtocol.HalfBlocks)]
    [InlineData("TERM=xterm-kitty;NUNCHI_PREVIEW=none", ColorDepth.Sixteen, PictureProtocol.None)]
    public void Detect_Environment_GivesItsAbilities(string environment, object color, object pictures)
    {
        Dictionary<string, string> variables = environment.Split(';').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        Terminal terminal = Terminal.Detect(80, name => variables.GetValueOrDefault(name));

        Assert.Equal(((ColorDepth)color, (PictureProtocol)pictures), (terminal.Color, terminal.Pictures));
    }
}

namespace Nunchi.Cli.Tests.Commands;

public class UsageTests
{
    [Theory]
    [InlineData("", "needs a command: chat, caption, read, locate")]
    [InlineData("chta", "Unknown command 'chta' for 'nunchi'. Did you mean 'chat'?")]
    [InlineData("zzzzzz", "Unknown command 'zzzzzz' for 'nunchi'. See")]
    [InlineData("caption", "'nunchi caption' needs FILE")]
    [InlineData("locate a.png", "'nunchi locate' needs PHRASE")]
    [InlineData("caption a.png b.png", "'b.png' is one argument too many")]
    [InlineData("caption a.png --josn", "Unknown option '--josn' for 'nunchi caption'. Did you mean '--json'?")]
    [InlineData("chat --imge a.png question", "Unknown option '--imge' for 'nunchi chat'. Did you mean '--image'?")]
    [InlineData("chat --image", "--image")]
    [InlineData("caption a.png --top-k few", "--top-k is 'few'; a whole number of 0 or more is expected")]
    [InlineData("caption a.png --seed -1", "--seed is '-1'; a whole number of 0 or more is expected")]
    [InlineData("caption a.png --temperature NaN", "--temperature is 'NaN'; a number in 0..100 is expected")]
    [InlineData("caption a.png --min-p 1.5", "--min-p is '1.5'; a number in 0..1 is expected")]
    [InlineData("caption a.png --max-tokens 0", "--max-tokens is '0'; a whole number of 1 or more is expected")]
    [InlineData("caption a.png --threads 0", "--threads is '0'; a whole number in 1..256 is expected")]
    public async Task Run_WrongUsage_EndsWithTwoAndOneMessage(string line, string message)
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(message, shell.Errors, StringComparison.Ordinal);
        Assert.Equal(1, shell.Errors.Count(c => c == '\n'));
        Assert.Empty(shell.Output);
    }

    [Fact]
    public async Task Run_WrongUsageWithJson_WritesAnErrorObject()
    {
        using var shell = new TestShell();

        int code = await shell.RunAsync("caption", "--json");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Empty(shell.Errors);
        Assert.Equal("usage", JsonCheck.Error(shell.Output).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Run_TopPZero_IsRefused()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync("caption", shell.Picture(), "--top-p", "0"));
        Assert.Contains("--top-p is 0", shell.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("chat --help")]
    [InlineData("caption -h")]
    [InlineData("--version")]
    public async Task Run_HelpOrVersion_GoesToTheOutput(string line)
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Success, await shell.RunAsync(line.Split(' ')));
        Assert.NotEmpty(shell.Output);
        Assert.Empty(shell.Errors);
    }

    [Fact]
    public async Task Chat_QuestionLooksLikeAnOptionAfterDashes_IsAQuestion()
    {
        using var shell = new TestShell();

        Assert.Equal(ExitCode.Success, await shell.RunAsync("chat", "--", "--json은", "뭐야?"));
        Assert.Equal("--json은 뭐야?", Assert.IsType<Chat.TextPart>(shell.Engine.Asked[0][^1].Parts[^1]).Text);
        Assert.Equal("안녕하세요.\n", shell.Output);
    }
}

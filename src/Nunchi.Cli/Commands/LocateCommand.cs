using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Cli.Answers;

namespace Nunchi.Cli;

/// <summary><c>nunchi locate FILE PHRASE</c>: the boxes of what a phrase names.</summary>
internal static class LocateCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("locate", "Find something in a picture: its boxes, none if it is not there.");
        Argument<string> file = PictureArgument.Create();
        var phrase = new Argument<string>("PHRASE") { Description = "what to look for, in Korean or English" };
        command.Arguments.Add(file);
        command.Arguments.Add(phrase);
        var answer = new AnswerCommand(command);
        command.SetAction(parsed =>
        {
            string what = parsed.GetRequiredValue(phrase);
            if (string.IsNullOrWhiteSpace(what))
                throw new UsageException("PHRASE is empty; say what to look for.");
            Picture picture = answer.Pictures.Read(parsed, parsed.GetRequiredValue(file));
            return answer.AskAsync(GlobalOptions.Apply(shell, parsed), parsed, [picture], Requests.Locate(picture.Image, what), (to, given) =>
            {
                BoxLines.Write(to, given, picture.Image);
                if (given.Spans.Count == 0)
                    to.Note($"'{what}' was not found: {Ansi.Safe(given.Text, to.ErrorTerminal)}");
            });
        });
        return command;
    }
}

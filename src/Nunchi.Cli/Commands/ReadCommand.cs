using System.CommandLine;
using Nunchi.Chat;
using Nunchi.Cli.Answers;
using Nunchi.Images;

namespace Nunchi.Cli;

/// <summary><c>nunchi read FILE</c>: the text of a picture in reading order.</summary>
internal static class ReadCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("read", "Read the text in a picture: Hangul, Latin letters and digits, in reading order.");
        Argument<string> file = PictureArgument.Create();
        var boxes = new Option<bool>("--boxes") { Description = "Where each piece of text stands: one line a piece, with x1 y1 x2 y2 in 0..1." };
        command.Arguments.Add(file);
        command.Options.Add(boxes);
        var answer = new AnswerCommand(command);
        command.SetAction(parsed =>
        {
            Picture picture = answer.Pictures.Read(parsed, parsed.GetRequiredValue(file));
            bool withBoxes = parsed.GetValue(boxes) || parsed.GetValue(answer.Draw) is not null;
            return answer.AskAsync(GlobalOptions.Apply(shell, parsed), parsed, [picture], Requests.Read(picture.Image, withBoxes),
                withBoxes ? (to, given) => BoxLines.Write(to, given, picture.Image) : null);
        });
        return command;
    }
}

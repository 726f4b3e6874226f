using System.CommandLine;
using Nunchi.Chat;

namespace Nunchi.Cli;

/// <summary><c>nunchi caption FILE</c>: a picture alone gives a caption.</summary>
internal static class CaptionCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("caption", "Describe a picture.");
        Argument<string> file = PictureArgument.Create();
        Option<string?> language = LanguageOption.Create();
        command.Arguments.Add(file);
        command.Options.Add(language);
        var answer = new AnswerCommand(command);
        command.SetAction(parsed =>
        {
            Picture picture = answer.Pictures.Read(parsed, parsed.GetRequiredValue(file));
            return answer.AskAsync(GlobalOptions.Apply(shell, parsed), parsed, [picture], Requests.Caption(picture.Image, LanguageOption.Parse(parsed.GetValue(language))));
        });
        return command;
    }
}

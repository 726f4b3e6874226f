using System.CommandLine;

namespace Nunchi.Cli;

/// <summary><c>nunchi data</c>: pictures drawn with everything known about them.</summary>
internal static class DataCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("data", "Draw pictures with their records.");
        command.Subcommands.Add(DataDrawCommand.Create(shell));
        command.Subcommands.Add(DataSamplesCommand.Create(shell));
        return command;
    }
}

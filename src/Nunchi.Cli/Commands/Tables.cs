using Spectre.Console;
using Spectre.Console.Rendering;

namespace Nunchi.Cli;

/// <summary>Writes Spectre.Console's widgets to a shell.</summary>
internal static class Tables
{
    public static void Write(Shell shell, IRenderable widget)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = shell.OutTerminal.Color == ColorDepth.None ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = shell.OutTerminal.Color switch
            {
                ColorDepth.None => ColorSystemSupport.NoColors,
                ColorDepth.Sixteen => ColorSystemSupport.Standard,
                ColorDepth.TwoHundredFiftySix => ColorSystemSupport.EightBit,
                _ => ColorSystemSupport.TrueColor,
            },
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(shell.Out),
        });
        // In a pipe nothing is wrapped or cut to fit a screen that is not there.
        console.Profile.Width = shell.OutTerminal.IsTerminal ? shell.OutTerminal.Width : 400;
        console.Write(widget);
    }
}

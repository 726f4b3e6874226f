using System.CommandLine;

namespace Nunchi.Cli;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Write one JSON object (schema nunchi.answer/1, errors nunchi.error/1) instead of text.",
        Recursive = true,
    };

    public static Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "No colours and no pictures on the terminal (as does the variable NO_COLOR).",
        Recursive = true,
    };

    public static Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "No progress and no notes.",
        Recursive = true,
    };

    public static void AddTo(Command root)
    {
        root.Options.Add(Json);
        root.Options.Add(NoColor);
        root.Options.Add(Quiet);
    }

    /// <summary>The shell as these options want it.</summary>
    public static Shell Apply(Shell shell, ParseResult parsed)
    {
        if (parsed.GetValue(NoColor))
            shell = shell with { OutTerminal = shell.OutTerminal.Plain, ErrorTerminal = shell.ErrorTerminal.Plain };
        if (parsed.GetValue(Quiet))
            shell = shell with { Quiet = true };
        return shell;
    }
}

using Nunchi.Grounding;

namespace Nunchi.Cli.Answers;

/// <summary>Colour codes for terminals.</summary>
internal static class Ansi
{
    public const string Reset = "\e[0m";

    /// <summary>The code that begins a phrase in the colour of its boxes (null: that ends it), or nothing without colours.</summary>
    public static string Phrase(int? span, ColorDepth depth)
    {
        if (depth == ColorDepth.None)
            return "";
        if (span is not int index)
            return Reset;
        (byte red, byte green, byte blue) = OverlayColour.Of(index);
        return depth switch
        {
            ColorDepth.True => $"\e[1;38;2;{red};{green};{blue}m",
            ColorDepth.TwoHundredFiftySix => $"\e[1;38;5;{Cube(red, green, blue)}m",
            _ => $"\e[1;{31 + (index % 6)}m",
        };
    }

    /// <summary>A model's text as a terminal may get it: control characters, which could move the cursor or worse, are shown as a sign in their place.</summary>
    public static string Safe(string text, Terminal terminal) =>
        terminal.IsTerminal && text.Any(IsControl) ? string.Concat(text.Select(unit => IsControl(unit) ? '\uFFFD' : unit)) : text;

    private static bool IsControl(char unit) => char.IsControl(unit) && unit is not ('\n' or '\t');

    /// <summary>Faint text, where there are colours.</summary>
    public static string Faint(string text, Terminal terminal) => terminal.Color == ColorDepth.None ? text : $"\e[2m{text}{Reset}";

    /// <summary>The nearest of the 216 colours that 256-colour terminals share.</summary>
    public static int Cube(byte red, byte green, byte blue) => 16 + (36 * Level(red)) + (6 * Level(green)) + Level(blue);

    // The 6 x 6 x 6 cube of 256-colour terminals has the levels 0, 95, 135, 175, 215, 255.
    private static int Level(byte value) => value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

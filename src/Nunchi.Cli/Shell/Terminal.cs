namespace Nunchi.Cli;

/// <summary>How many colours a stream shows.</summary>
internal enum ColorDepth
{
    None,
    Sixteen,
    TwoHundredFiftySix,
    True,
}

/// <summary>How a terminal shows pictures.</summary>
internal enum PictureProtocol
{
    None,
    HalfBlocks,
    Kitty,
    Iterm,
    Sixel,
}

/// <summary>What stands at the end of an output stream.</summary>
internal sealed record Terminal(bool IsTerminal, int Width, ColorDepth Color, PictureProtocol Pictures)
{
    /// <summary>A pipe or a file.</summary>
    public static Terminal Pipe { get; } = new(false, 80, ColorDepth.None, PictureProtocol.None);

    /// <summary>The same terminal without colours and pictures.</summary>
    public Terminal Plain => this with { Color = ColorDepth.None, Pictures = PictureProtocol.None };

    /// <summary>Reads a terminal's abilities from the environment. NO_COLOR (any value) and TERM=dumb turn colours off; NUNCHI_PREVIEW names the picture protocol.</summary>
    public static Terminal Detect(int width, Func<string, string?> variable)
    {
        string term = variable("TERM") ?? "";
        string program = variable("TERM_PROGRAM") ?? "";
        if (term == "dumb" || !string.IsNullOrEmpty(variable("NO_COLOR")))
            return new Terminal(true, width, ColorDepth.None, PictureProtocol.None);

        ColorDepth color =
            variable("COLORTERM") is "truecolor" or "24bit" || variable("WT_SESSION") is not null ? ColorDepth.True
            : term.Contains("256", StringComparison.Ordinal) ? ColorDepth.TwoHundredFiftySix
            : ColorDepth.Sixteen;

        // Inside tmux and screen the outer terminal's protocols do not pass through.
        bool multiplexed = variable("TMUX") is not null || term.StartsWith("screen", StringComparison.Ordinal);
        PictureProtocol pictures = variable("NUNCHI_PREVIEW") switch
        {
            "kitty" => PictureProtocol.Kitty,
            "iterm" => PictureProtocol.Iterm,
            "sixel" => PictureProtocol.Sixel,
            "blocks" => PictureProtocol.HalfBlocks,
            "none" => PictureProtocol.None,
            _ when !multiplexed && (term == "xterm-kitty" || variable("KITTY_WINDOW_ID") is not null || program == "ghostty") => PictureProtocol.Kitty,
            _ when !multiplexed && program is "iTerm.app" or "WezTerm" => PictureProtocol.Iterm,
            _ when !multiplexed && (term.StartsWith("foot", StringComparison.Ordinal) || term.StartsWith("mlterm", StringComparison.Ordinal)) => PictureProtocol.Sixel,
            _ when color is ColorDepth.True or ColorDepth.TwoHundredFiftySix => PictureProtocol.HalfBlocks,
            _ => PictureProtocol.None,
        };
        return new Terminal(true, width, color, pictures);
    }
}

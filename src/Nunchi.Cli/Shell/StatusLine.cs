namespace Nunchi.Cli;

/// <summary>
/// One line on the error stream of a terminal that tells what is going on, drawn only once it has gone on for a second and wiped when it ends.
/// Where the error stream is no terminal it draws nothing.
/// </summary>
internal sealed class StatusLine : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(125);
    private readonly Shell shell;
    private readonly Lock gate = new();
    private readonly ITimer? timer;
    private readonly long start;
    private string label;
    private double? share;
    private bool drawn;
    private bool ended;

    public StatusLine(Shell shell, string label)
    {
        this.shell = shell;
        this.label = label;
        start = shell.Clock.GetTimestamp();
        if (shell.ErrorTerminal.IsTerminal && !shell.Quiet)
            timer = shell.Clock.CreateTimer(_ => Draw(), null, Patience, Beat);
    }

    /// <summary>Changes what is told.</summary>
    /// <param name="text">What goes on.</param>
    /// <param name="done">The share that is done, 0..1, when it is known.</param>
    public void Report(string text, double? done = null)
    {
        lock (gate)
        {
            label = text;
            share = done;
        }
    }

    /// <summary>Wipes the line; nothing is drawn afterwards.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (ended)
                return;
            ended = true;
            if (drawn)
                shell.Error.Write("\r\e[2K");
        }
        timer?.Dispose();
    }

    private void Draw()
    {
        lock (gate)
        {
            if (ended)
                return;
            TimeSpan elapsed = shell.Clock.GetElapsedTime(start);
            string progress = share is double done ? $" {done * 100:0} %" : "";
            string line = $"{label}{progress} · {elapsed.TotalSeconds:0} s";
            shell.Error.Write("\r\e[2K" + TextWidth.Cut(line, shell.ErrorTerminal.Width - 1));
            drawn = true;
        }
    }
}

using Nunchi.Hub;

namespace Nunchi.Cli;

/// <summary>Tells how far a pull is: one line on a terminal, a line a file elsewhere.</summary>
internal sealed class PullStatus(Shell shell, HubRepository repository) : IProgress<PullProgress>, IDisposable
{
    private readonly StatusLine line = new(shell, $"asking the hub for {repository}");
    private readonly Lock gate = new();
    private int told;
    private string? note;

    public void Report(PullProgress value)
    {
        line.Report(Text(value), value.Bytes > 0 ? (double)value.BytesDone / value.Bytes : null);
        if (shell.ErrorTerminal.IsTerminal)
            return;
        lock (gate)
        {
            if (value.Note is not null && value.Note != note)
                shell.Note($"{repository}: {value.Note}");
            note = value.Note;
            if (value.FilesDone > told)
                shell.Note($"{repository}: {value.FilesDone} of {value.Files} files, {Size(value.BytesDone)} of {Size(value.Bytes)}");
            told = Math.Max(told, value.FilesDone);
        }
    }

    public void Dispose() => line.Dispose();

    public static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.00} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.0} MB",
        _ => $"{bytes / 1e3:0.0} kB",
    };

    private string Text(PullProgress value)
    {
        if (value.Files == 0)
            return value.Note ?? $"asking the hub for {repository}";
        string text = $"{repository}: {value.FilesDone} of {value.Files} files, {Size(value.BytesDone)} of {Size(value.Bytes)}";
        if (value.BytesPerSecond > 0)
            text += $", {value.BytesPerSecond / 1e6:0.0} MB/s";
        if (value.TimeLeft is { } left)
            text += $", {Left(left)} left";
        return value.Note is null ? text : $"{text} ({value.Note})";
    }

    private static string Left(TimeSpan left) => left.TotalHours >= 1 ? $"{(int)left.TotalHours} h {left.Minutes} min"
        : left.TotalMinutes >= 1 ? $"{left.Minutes} min {left.Seconds} s" : $"{left.Seconds} s";
}

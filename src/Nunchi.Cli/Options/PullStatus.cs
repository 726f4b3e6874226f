using Nunchi.Hub;
using Nunchi.Text;

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
                shell.Note($"{repository}: {value.FilesDone} of {value.Files} files, {Quantities.Bytes(value.BytesDone)} of {Quantities.Bytes(value.Bytes)}");
            told = Math.Max(told, value.FilesDone);
        }
    }

    public void Dispose() => line.Dispose();

    private string Text(PullProgress value)
    {
        if (value.Files == 0)
            return value.Note ?? $"asking the hub for {repository}";
        string text = $"{repository}: {value.FilesDone} of {value.Files} files, {Quantities.Bytes(value.BytesDone)} of {Quantities.Bytes(value.Bytes)}";
        if (value.BytesPerSecond > 0)
            text += $", {value.BytesPerSecond / 1e6:0.0} MB/s";
        if (value.TimeLeft is { } left)
            text += $", {Quantities.Duration(left)} left";
        return value.Note is null ? text : $"{text} ({value.Note})";
    }
}

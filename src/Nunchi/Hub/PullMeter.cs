namespace Nunchi.Hub;

/// <summary>Adds up what several downloads report, and measures the speed over the last seconds. Safe from several threads.</summary>
internal sealed class PullMeter(IProgress<PullProgress>? progress)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly Queue<(long Time, long Bytes)> _samples = [];
    private long _bytes, _done, _received, _reported;
    private int _files, _filesDone;
    private string? _note;

    public long Received
    {
        get
        {
            lock (_gate)
                return _received;
        }
    }

    public void Expect(int files, long bytes)
    {
        lock (_gate)
            (_files, _bytes) = (files, bytes);
    }

    /// <summary>Bytes that need not be fetched, or, when negative, that must be fetched again.</summary>
    public void Have(long bytes)
    {
        lock (_gate)
            _done += bytes;
        Report(now: false);
    }

    public void Receive(int bytes)
    {
        lock (_gate)
        {
            _done += bytes;
            _received += bytes;
        }
        Report(now: false);
    }

    public void Finish()
    {
        lock (_gate)
            _filesDone++;
        Report(now: true);
    }

    public void Note(string? note)
    {
        lock (_gate)
            _note = note;
        Report(now: true);
    }

    private void Report(bool now)
    {
        if (progress is null)
            return;
        lock (_gate)
        {
            long time = TimeProvider.System.GetTimestamp();
            if (!now && _reported != 0 && TimeProvider.System.GetElapsedTime(_reported, time) < Beat)
                return;
            _reported = time;
            _samples.Enqueue((time, _received));
            while (_samples.Count > 2 && TimeProvider.System.GetElapsedTime(_samples.Peek().Time, time) > Window)
                _samples.Dequeue();
            double seconds = TimeProvider.System.GetElapsedTime(_samples.Peek().Time, time).TotalSeconds;
            double speed = seconds > 0.2 ? (_received - _samples.Peek().Bytes) / seconds : 0;
            TimeSpan? left = speed > 0 && _bytes > 0 ? TimeSpan.FromSeconds(Math.Min(1e7, Math.Max(0, _bytes - _done) / speed)) : null;
            progress.Report(new PullProgress(_filesDone, _files, _done, Math.Max(_bytes, _done), speed, left, _note));
        }
    }
}

namespace Nunchi.Generation;

/// <summary>
/// Watches a stream of text for strings that end an answer, across the borders of pieces. Text that may be the beginning of one is held back.
/// </summary>
public sealed class StopStrings
{
    private readonly IReadOnlyList<string> _stops;
    private string _held = "";

    /// <summary>A watcher.</summary>
    /// <param name="stops">The strings, none of them empty.</param>
    public StopStrings(IReadOnlyList<string> stops) => _stops = stops;

    /// <summary>Whether one of them has come; nothing follows then.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes the next piece and gives the text that is certainly part of the answer.</summary>
    public string Append(string piece)
    {
        if (Stopped)
            return "";
        if (_stops.Count == 0)
            return piece;
        string text = _held + piece;
        int first = -1;
        foreach (string stop in _stops)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first))
                first = at;
        }
        if (first >= 0)
        {
            Stopped = true;
            _held = "";
            return text[..first];
        }
        int keep = Beginning(text);
        _held = text[^keep..];
        return text[..^keep];
    }

    /// <summary>The text that was held back, when the answer ends otherwise.</summary>
    public string Finish()
    {
        string held = _held;
        _held = "";
        return held;
    }

    // Length of the longest end of the text that begins a stop string.
    private int Beginning(string text)
    {
        int longest = 0;
        foreach (string stop in _stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                    longest = length;
            }
        }
        return longest;
    }
}

namespace Nunchi.Hub;

/// <summary>Texts of a server, made fit for a message.</summary>
internal static class HubText
{
    private const int Longest = 200;

    /// <summary>One line without control characters, cut to a length that can be read.</summary>
    public static string Shown(string text)
    {
        string line = string.Concat(text.Take(Longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();
        return text.Length > Longest ? line + "..." : line;
    }

    /// <summary>Bytes as people write them.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000_000 => $"{bytes / 1e12:0.0} TB",
        >= 1_000_000_000 => $"{bytes / 1e9:0.0} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.0} MB",
        >= 1_000 => $"{bytes / 1e3:0.0} kB",
        _ => $"{bytes} bytes",
    };
}

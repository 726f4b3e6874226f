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
}

namespace Nunchi.Hub;

/// <summary>Names that a server gives and that become paths on this machine.</summary>
internal static class HubPath
{
    private const int LongestSegment = 200;
    private const int MostSegments = 16;

    /// <summary>Whether a name with slashes stays below the directory it is put in, on every system.</summary>
    public static bool IsSafe(string path)
    {
        string[] segments = path.Split('/');
        return segments.Length <= MostSegments && segments.All(IsSafeSegment);
    }

    private static bool IsSafeSegment(string segment) =>
        segment.Length is > 0 and <= LongestSegment
        && segment is not ("." or "..")
        && segment[^1] is not (' ' or '.')
        && !segment.Any(c => c < ' ' || c is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' or '\x7f');
}

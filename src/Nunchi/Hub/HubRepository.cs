using System.Diagnostics.CodeAnalysis;

namespace Nunchi.Hub;

/// <summary>A model on a hub: <c>ORG/NAME</c>, and a branch, tag or commit.</summary>
public sealed record HubRepository
{
    /// <summary>The branch that is meant when none is named.</summary>
    public const string DefaultRevision = "main";

    private const int LongestName = 96;
    private const int LongestRevision = 200;

    private HubRepository(string name, string revision)
    {
        Name = name;
        Revision = revision;
    }

    /// <summary>Organisation and name with a slash between them.</summary>
    public string Name { get; }

    /// <summary>Branch, tag or commit.</summary>
    public string Revision { get; }

    /// <summary>Whether <see cref="Revision"/> is a commit and so always means the same files.</summary>
    public bool IsPinned => IsCommit(Revision);

    /// <summary>Reads <c>ORG/NAME</c> or <c>ORG/NAME@REVISION</c>.</summary>
    /// <exception cref="ArgumentException">It is not of that form.</exception>
    public static HubRepository Parse(string text) => TryParse(text, out HubRepository? repository)
        ? repository
        : throw new ArgumentException($"\"{text}\" is no model on a hub; expected ORG/NAME or ORG/NAME@REVISION, letters, digits, '-', '_' and '.', at most {LongestName} characters.", nameof(text));

    /// <summary>Reads <c>ORG/NAME</c> or <c>ORG/NAME@REVISION</c>; false when it is not of that form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubRepository? repository)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string name = at < 0 ? text : text[..at], revision = at < 0 ? DefaultRevision : text[(at + 1)..];
        string[] parts = name.Split('/');
        repository = name.Length <= LongestName && parts.Length == 2 && parts.All(IsNamePart) && IsRevision(revision) ? new HubRepository(name, revision) : null;
        return repository is not null;
    }

    /// <summary><c>ORG/NAME</c>, with <c>@REVISION</c> unless it is the default one.</summary>
    public override string ToString() => Revision == DefaultRevision ? Name : $"{Name}@{Revision}";

    internal static bool IsCommit(string text) => text.Length == 40 && IsHex(text);

    internal static bool IsHex(string text) => text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));

    private static bool IsNamePart(string part) =>
        part.Length > 0 && part[0] is not ('-' or '.') && part[^1] is not ('-' or '.')
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && !part.Contains("--", StringComparison.Ordinal) && !part.Contains("..", StringComparison.Ordinal);

    // A revision becomes a path under refs/.
    private static bool IsRevision(string revision) => revision.Length <= LongestRevision && HubPath.IsSafe(revision);
}

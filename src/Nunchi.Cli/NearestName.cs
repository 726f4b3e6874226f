using Nunchi.Text;

namespace Nunchi.Cli;

/// <summary>Finds what a mistyped name probably meant.</summary>
internal static class NearestName
{
    /// <summary>The closest candidate within a third of the word's length (at least one edit), or null.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int bound = Math.Max(1, (word.Length + 2) / 3);
        foreach (string candidate in candidates.Order(StringComparer.Ordinal))
        {
            int distance = NameDistance.Between(word, candidate);
            if (distance <= bound && distance < candidate.Length)
            {
                best = candidate;
                bound = distance - 1;
            }
        }
        return best;
    }
}

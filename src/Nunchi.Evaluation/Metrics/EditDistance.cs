namespace Nunchi.Evaluation.Metrics;

/// <summary>Least number of substitutions, insertions and deletions between two sequences (Levenshtein 1966).</summary>
public static class EditDistance
{
    /// <summary>The distance; time is the product of the lengths, memory the shorter length.</summary>
    public static int Between<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : IEquatable<T>
    {
        if (first.Length < second.Length)
        {
            ReadOnlySpan<T> longer = second;
            second = first;
            first = longer;
        }
        int[] row = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 1; i <= first.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int above = row[j];
                int change = diagonal + (first[i - 1].Equals(second[j - 1]) ? 0 : 1);
                row[j] = Math.Min(change, 1 + Math.Min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[^1];
    }
}

namespace Nunchi.Training.Recipes;

/// <summary>Finds what a mistyped name probably meant.</summary>
internal static class NearestName
{
    /// <summary>The closest of the names when it is close enough to be worth suggesting, else null.</summary>
    public static string? Of(string typed, IEnumerable<string> names)
    {
        string? best = null;
        var least = Math.Max(2, typed.Length / 3) + 1;
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var distance = Distance(typed, name);
            if (distance >= least)
                continue;
            least = distance;
            best = name;
        }

        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one name into the other (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, table[i - 2, j - 2] + 1);
                table[i, j] = least;
            }
        }

        return table[a.Length, b.Length];
    }
}

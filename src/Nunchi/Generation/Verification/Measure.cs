namespace Nunchi.Generation.Verification;

/// <summary>Measures how far values are from what is expected.</summary>
internal static class Measure
{
    public static Comparison Text(string name, string expected, string found)
    {
        if (expected == found)
            return new Comparison(name, expected.Length, 0, 0);
        int at = 0;
        while (at < expected.Length && at < found.Length && expected[at] == found[at])
            at++;
        return new Comparison(name, expected.Length, 1, double.PositiveInfinity, $"differs from character {at} on: expected \"{Shorten(expected, at)}\", found \"{Shorten(found, at)}\"");
    }

    public static Comparison Ids(string name, ReadOnlySpan<int> expected, ReadOnlySpan<int> found)
    {
        int differing = Math.Abs(expected.Length - found.Length), first = -1;
        for (int i = 0; i < Math.Min(expected.Length, found.Length); i++)
        {
            if (expected[i] == found[i])
                continue;
            differing++;
            first = first < 0 ? i : first;
        }
        if (differing == 0)
            return new Comparison(name, expected.Length, 0, 0);
        string detail = first < 0
            ? $"{found.Length} ids, expected {expected.Length}"
            : $"id {found[first]} at {first}, expected {expected[first]} ({found.Length} ids, expected {expected.Length})";
        return new Comparison(name, expected.Length, differing, double.PositiveInfinity, detail);
    }

    public static Comparison Values(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> found, double absolute, double relative)
    {
        if (expected.Length != found.Length)
            return new Comparison(name, expected.Length, double.NaN, double.PositiveInfinity, $"{found.Length} values, expected {expected.Length}");
        double largest = 0, share = 0;
        int at = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - found[i]);
            double own = double.IsNaN(difference) ? double.PositiveInfinity : difference / (absolute + (relative * Math.Abs(expected[i])));
            largest = Math.Max(largest, difference);
            if (own > share)
                (share, at) = (own, i);
        }
        return new Comparison(name, expected.Length, largest, share, share > 1 ? $"{found[at]} at {at}, expected {expected[at]}" : null);
    }

    /// <summary>Several comparisons of one kind as one: the worst counts.</summary>
    public static Comparison Worst(string name, IReadOnlyList<Comparison> parts)
    {
        Comparison worst = parts.MaxBy(part => part.OfTolerance)!;
        return new Comparison(name, parts.Sum(part => part.Compared), parts.Max(part => part.LargestDifference), worst.OfTolerance, worst.Detail == null ? null : $"{worst.Name}: {worst.Detail}");
    }

    private static string Shorten(string text, int at) => text.Length - at > 40 ? string.Concat(text.AsSpan(at, 40), "...") : text[at..];
}

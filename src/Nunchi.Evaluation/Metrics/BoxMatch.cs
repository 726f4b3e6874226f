using Nunchi.Grounding;

namespace Nunchi.Evaluation.Metrics;

/// <summary>Whether the boxes of an answer are the boxes of the truth.</summary>
public static class BoxMatch
{
    /// <summary>
    /// How many boxes of the truth are met: pairs are formed from the largest overlap down, each box used once, and count when they overlap by at least
    /// <paramref name="threshold"/> (intersection over union).
    /// </summary>
    public static int Count(IReadOnlyList<BoundingBox> expected, IReadOnlyList<BoundingBox> given, double threshold)
    {
        var pairs = new List<(double Overlap, int Expected, int Given)>();
        for (int i = 0; i < expected.Count; i++)
        {
            for (int j = 0; j < given.Count; j++)
            {
                double overlap = expected[i].IntersectionOverUnion(given[j]);
                if (overlap >= threshold)
                    pairs.Add((overlap, i, j));
            }
        }
        var (usedExpected, usedGiven) = (new bool[expected.Count], new bool[given.Count]);
        int matches = 0;
        foreach ((double _, int i, int j) in pairs.OrderByDescending(pair => pair.Overlap).ThenBy(pair => pair.Expected).ThenBy(pair => pair.Given))
        {
            if (usedExpected[i] || usedGiven[j])
                continue;
            usedExpected[i] = usedGiven[j] = true;
            matches++;
        }
        return matches;
    }

    /// <summary>Referring accuracy: every box of the truth is met and no box is left over. An answer without boxes is right when nothing is there.</summary>
    public static bool IsExact(IReadOnlyList<BoundingBox> expected, IReadOnlyList<BoundingBox> given, double threshold) =>
        expected.Count == given.Count && Count(expected, given, threshold) == expected.Count;
}

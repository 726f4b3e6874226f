using Nunchi.Data.Tasks;
using Nunchi.Evaluation.Metrics;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Judging;

/// <summary>
/// Boxes against the truth. A letter may be thinner than a step of the coordinate grid is wide, so an answer is right when it meets the exact boxes or the same boxes on the grid.
/// </summary>
internal static class BoxJudge
{
    public static bool IsExact(IReadOnlyList<BoundingBox> expected, IReadOnlyList<BoundingBox> given, double threshold) =>
        BoxMatch.IsExact(expected, given, threshold) || BoxMatch.IsExact(OnGrid(expected), given, threshold);

    /// <summary>Mean overlap of the expected boxes with the given ones, each used once; 0 for a box that was not met.</summary>
    public static double Overlap(IReadOnlyList<BoundingBox> expected, IReadOnlyList<BoundingBox> given) =>
        Math.Max(MeanOverlap(expected, given), MeanOverlap(OnGrid(expected), given));

    public static IReadOnlyList<BoundingBox> Of(TurnTruth truth) => [.. truth.Boxes.SelectMany(boxes => boxes.Boxes)];

    private static BoundingBox[] OnGrid(IReadOnlyList<BoundingBox> boxes) => [.. boxes.Select(GroundingTags.Snap)];

    private static double MeanOverlap(IReadOnlyList<BoundingBox> expected, IReadOnlyList<BoundingBox> given)
    {
        var (freeExpected, freeGiven) = (Enumerable.Range(0, expected.Count).ToHashSet(), Enumerable.Range(0, given.Count).ToHashSet());
        double sum = 0;
        foreach ((int i, int j, double overlap) in freeExpected.SelectMany(i => freeGiven.Select(j => (i, j, Overlap: expected[i].IntersectionOverUnion(given[j])))).OrderByDescending(pair => pair.Overlap).ToArray())
        {
            if (freeExpected.Contains(i) && freeGiven.Remove(j))
            {
                freeExpected.Remove(i);
                sum += overlap;
            }
        }
        return sum / expected.Count;
    }
}

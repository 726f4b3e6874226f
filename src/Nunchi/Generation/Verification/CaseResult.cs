namespace Nunchi.Generation.Verification;

/// <summary>One comparison of a case.</summary>
/// <param name="Name">What was compared: <c>prompt</c>, <c>ids</c>, <c>pixels</c>, <c>features</c>, <c>logits</c> or <c>greedy</c>.</param>
/// <param name="Compared">Values compared.</param>
/// <param name="LargestDifference">Largest absolute difference; for ids and greedy tokens the number of places that differ.</param>
/// <param name="OfTolerance">The largest difference as a share of what is allowed there; up to 1 passes.</param>
/// <param name="Detail">What is wrong and where, or null.</param>
public sealed record Comparison(string Name, long Compared, double LargestDifference, double OfTolerance, string? Detail = null)
{
    /// <summary>Whether it is within the tolerance.</summary>
    public bool Passed => OfTolerance <= 1;
}

/// <summary>What came of one case.</summary>
/// <param name="Name">The case.</param>
/// <param name="Comparisons">What was compared, in the order of the way.</param>
/// <param name="Note">Something to know about it though it passed, or null.</param>
public sealed record CaseResult(string Name, IReadOnlyList<Comparison> Comparisons, string? Note = null)
{
    /// <summary>Whether every comparison passed.</summary>
    public bool Passed => Comparisons.All(comparison => comparison.Passed);
}

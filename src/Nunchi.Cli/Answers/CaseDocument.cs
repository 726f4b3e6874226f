using System.Text.Json.Serialization;
using Nunchi.Generation.Verification;

namespace Nunchi.Cli.Answers;

/// <summary>What came of one reference case, schema nunchi.case/1.</summary>
internal sealed record CaseDocument(string Case, bool Passed, IReadOnlyList<ComparisonDocument> Comparisons, string? Note)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.case/1";

    public static CaseDocument Of(CaseResult result) => new(result.Name, result.Passed, [.. result.Comparisons.Select(ComparisonDocument.Of)], result.Note);
}

/// <summary>One comparison; a number that is not finite (nothing could be compared) is left out.</summary>
internal sealed record ComparisonDocument(string Name, bool Passed, long Compared, double? LargestDifference, double? OfTolerance, string? Detail)
{
    public static ComparisonDocument Of(Comparison comparison) => new(
        comparison.Name, comparison.Passed, comparison.Compared, Finite(comparison.LargestDifference), Finite(comparison.OfTolerance), comparison.Detail);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

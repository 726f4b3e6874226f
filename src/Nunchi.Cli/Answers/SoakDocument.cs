using System.Text.Json.Serialization;
using Nunchi.Generation.Soaking;

namespace Nunchi.Cli.Answers;

/// <summary>What a soak saw, schema nunchi.soak/1.</summary>
internal sealed record SoakDocument(
    bool Passed, double Seconds, int Answers, int Cancelled, int Wrong, IReadOnlyList<string> Faults, long Tokens, long DraftedTokens, long AcceptedTokens, long CachedTokens,
    double Together, long BytesBefore, long BytesAfter, bool Grew)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.soak/1";

    public static SoakDocument Of(SoakReport report) => new(
        report.Passed, Math.Round(report.Duration.TotalSeconds, 1), report.Answers, report.Cancelled, report.Wrong, report.Faults, report.Tokens, report.Drafted, report.Accepted, report.Cached,
        Math.Round(report.Together, 2), report.BytesBefore, report.BytesAfter, report.Grew);
}

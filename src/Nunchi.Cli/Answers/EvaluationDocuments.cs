using System.Text.Json.Serialization;
using Nunchi.Evaluation.Runs;

namespace Nunchi.Cli.Answers;

/// <summary>A measured number with its 95 % interval, schema nunchi.measure/1.</summary>
internal sealed record MeasureDocument(string Suite, string Metric, string Group, double Value, double Low, double High, int N)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.measure/1";

    public static MeasureDocument Of(Measure measure) =>
        new(measure.Suite, measure.Metric, measure.Group, measure.Estimate.Value, measure.Estimate.Low, measure.Estimate.High, measure.Estimate.Count);
}

/// <summary>How two runs differ, schema nunchi.difference/1: the second less the first, on the items that both have.</summary>
internal sealed record DifferenceDocument(string Suite, string Metric, string Group, double First, double Second, double Difference, double Low, double High, int N)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.difference/1";

    public static DifferenceDocument Of(MeasuredDifference d) =>
        new(d.Suite, d.Metric, d.Group, d.First, d.Second, d.Difference.Value, d.Difference.Low, d.Difference.High, d.Difference.Count);
}

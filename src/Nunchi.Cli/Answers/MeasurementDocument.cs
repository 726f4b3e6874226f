using System.Text.Json.Serialization;
using Nunchi.Generation.Measurement;

namespace Nunchi.Cli.Answers;

/// <summary>One measured piece of work, schema nunchi.measurement/1.</summary>
internal sealed record MeasurementDocument(
    string Work, string Shape, string Format, int Threads, int Tokens, int Context, double Seconds, double Spread, double Rate, string Unit, double Limit, double Share,
    long WeightBytes, long TokenBytes, long ResidentBytes)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.measurement/1";

    public static MeasurementDocument Of(ModelMeasurement result, ModelMeasurements all) => new(
        result.Work, result.Shape, result.Format, result.Threads, result.Tokens, result.Context, Math.Round(result.Seconds, 6), Math.Round(result.Spread, 4),
        Math.Round(result.Rate, 3), result.Unit, Math.Round(result.Limit, 3), Math.Round(result.Share, 4), all.WeightBytes, all.TokenBytes, all.ResidentBytes);
}

using System.Text.Json.Serialization;
using Nunchi.Generation.Measurement;

namespace Nunchi.Cli.Answers;

/// <summary>What <c>nunchi quantize</c> did, schema nunchi.quantized/1. Without --report the comparisons are missing: along texts, and along answers about pictures.</summary>
internal sealed record QuantizedDocument(string Model, string? Directory, string Format, long Bytes, long BytesFloat32, CalibrationDocument? Calibration, AgreementDocument? Agreement, AgreementDocument? Answers)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.quantized/1";
}

/// <summary>What 4-bit matrices were calibrated on.</summary>
internal sealed record CalibrationDocument(int Questions, long Tokens);

/// <summary>Kullback-Leibler divergence in nats and share of equal likeliest tokens, against float32.</summary>
internal sealed record AgreementDocument(int Tokens, double Divergence, double LargestDivergence, double Top1)
{
    public static AgreementDocument Of(Agreement agreement) =>
        new(agreement.Tokens, Math.Round(agreement.Divergence, 6), Math.Round(agreement.LargestDivergence, 6), Math.Round(agreement.Top1, 5));
}

namespace Nunchi.Generation.Measurement;

/// <summary>One measured piece of work.</summary>
/// <param name="Work">encode, prefill, decode, first-token or second-question.</param>
/// <param name="Shape">The model's shape.</param>
/// <param name="Format">How its matrices are kept.</param>
/// <param name="Threads">Worker threads.</param>
/// <param name="Tokens">Tokens that the work takes in: of the picture, the prompt, or one.</param>
/// <param name="Context">Tokens that were there before.</param>
/// <param name="Seconds">Median time.</param>
/// <param name="Spread">Half the distance between the quartiles, as a share of the median.</param>
/// <param name="Rate">What was done a second: arithmetic of the matrix products and attention, or bytes of weights and cache read.</param>
/// <param name="Unit">GFLOP/s or GB/s.</param>
/// <param name="Limit">The machine's own limit, measured just before: multiply-adds of float32, or reading.</param>
public sealed record ModelMeasurement(
    string Work, string Shape, string Format, int Threads, int Tokens, int Context, double Seconds, double Spread, double Rate, string Unit, double Limit)
{
    /// <summary>The rate as a share of the limit; more than 1 is possible where numbers are narrower than float32.</summary>
    public double Share => Limit > 0 ? Rate / Limit : 0;

    /// <summary>Tokens a second.</summary>
    public double TokensPerSecond => Seconds > 0 ? Tokens / Seconds : 0;
}

/// <summary>All measurements of one shape, with what it takes in memory.</summary>
/// <param name="Results">The measurements.</param>
/// <param name="WeightBytes">Bytes of all weights.</param>
/// <param name="TokenBytes">Bytes of weights that one decoded token reads.</param>
/// <param name="ResidentBytes">The process's largest resident memory so far.</param>
/// <param name="Kernels">Instructions in use.</param>
public sealed record ModelMeasurements(IReadOnlyList<ModelMeasurement> Results, long WeightBytes, long TokenBytes, long ResidentBytes, string Kernels);

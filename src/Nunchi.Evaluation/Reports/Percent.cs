using System.Globalization;
using Nunchi.Evaluation.Metrics;

namespace Nunchi.Evaluation.Reports;

/// <summary>Numbers as people read them.</summary>
public static class Percent
{
    /// <summary>"85.2 % [80.1, 89.3] n=200": the value, its 95 % interval, and how many answers it rests on.</summary>
    public static string Of(Estimate estimate) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * estimate.Value:0.0} % [{100 * estimate.Low:0.0}, {100 * estimate.High:0.0}] n={estimate.Count}");
}

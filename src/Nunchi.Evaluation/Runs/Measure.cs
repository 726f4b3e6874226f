using Nunchi.Evaluation.Metrics;

namespace Nunchi.Evaluation.Runs;

/// <summary>A measured number.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Group">Over which answers: "all", a kind of picture, a text height ...</param>
/// <param name="Estimate">The value with its 95 % interval; its count is that of the answers, texts or things that the value rests on.</param>
public sealed record Measure(string Suite, string Metric, string Group, Estimate Estimate);

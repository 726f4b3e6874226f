namespace Nunchi.Evaluation.Runs;

/// <summary>How far an evaluation has come.</summary>
/// <param name="Suite">The suite that is asked.</param>
/// <param name="Done">Items of all suites that are answered, those of an earlier run among them.</param>
/// <param name="Total">Items of all suites.</param>
/// <param name="TimeLeft">By the pace of this run; null while nothing is known.</param>
public sealed record EvaluationProgress(string Suite, int Done, int Total, TimeSpan? TimeLeft);

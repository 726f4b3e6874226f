namespace Nunchi.Evaluation.Runs;

/// <summary>What an evaluation measured.</summary>
public sealed record EvaluationReport
{
    /// <summary>Every number, suite by suite; none of suites that nothing was asked of.</summary>
    public required IReadOnlyList<Measure> Measures { get; init; }

    /// <summary>How far each suite came.</summary>
    public required IReadOnlyList<SuiteProgress> Suites { get; init; }

    /// <summary>Whether it was stopped before its end; what was answered until then is in the numbers.</summary>
    public required bool Stopped { get; init; }

    /// <summary>Questions that were put to the model in this run; the other answers were there.</summary>
    public required int Asked { get; init; }

    /// <summary>Answers that were there to pictures or questions which this program makes otherwise; they were asked anew.</summary>
    public required int Outdated { get; init; }

    /// <summary>Questions that the model could not be asked, with the reason of the first; they count as wrong.</summary>
    public required (int Count, string? Reason) Failures { get; init; }

    /// <summary>Where answers, numbers and pages are.</summary>
    public required string Directory { get; init; }
}

/// <summary>How far a suite came.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Done">Items answered and judged.</param>
/// <param name="Total">Items wanted.</param>
/// <param name="Wrong">Items with a wrong answer.</param>
public sealed record SuiteProgress(string Suite, int Done, int Total, int Wrong);

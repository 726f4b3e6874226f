namespace Nunchi.Evaluation.Metrics;

/// <summary>Counts of yes/no answers, "yes" being the positive class, as POPE reports them (Li et al. 2023).</summary>
/// <param name="TruePositives">Yes where yes is right.</param>
/// <param name="FalsePositives">Yes where no is right: something named that is not there.</param>
/// <param name="TrueNegatives">No where no is right.</param>
/// <param name="FalseNegatives">No where yes is right.</param>
/// <param name="Unanswered">Answers that are neither; they count as wrong.</param>
public readonly record struct YesNoScore(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives, int Unanswered)
{
    /// <summary>All questions.</summary>
    public int Count => TruePositives + FalsePositives + TrueNegatives + FalseNegatives + Unanswered;

    /// <summary>Share of right answers; NaN without questions.</summary>
    public double Accuracy => Ratio(TruePositives + TrueNegatives, Count);

    /// <summary>Share of right ones among the answers "yes".</summary>
    public double Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    /// <summary>Share of the questions to be answered "yes" that were; unanswered ones are counted by <see cref="Add"/> as missed when yes was right.</summary>
    public double Recall => Ratio(TruePositives, TruePositives + FalseNegatives);

    /// <summary>Harmonic mean of precision and recall; 0 when nothing was found.</summary>
    public double F1 => TruePositives == 0 ? 0 : 2.0 * TruePositives / ((2.0 * TruePositives) + FalsePositives + FalseNegatives);

    /// <summary>Share of answers "yes".</summary>
    public double YesRatio => Ratio(TruePositives + FalsePositives, Count);

    /// <summary>With one more answer.</summary>
    /// <param name="expected">Whether yes is right.</param>
    /// <param name="given">The answer, or null when it is neither yes nor no.</param>
    public YesNoScore Add(bool expected, bool? given) => (expected, given) switch
    {
        (true, true) => this with { TruePositives = TruePositives + 1 },
        (false, true) => this with { FalsePositives = FalsePositives + 1 },
        (false, false) => this with { TrueNegatives = TrueNegatives + 1 },
        (true, _) => this with { FalseNegatives = FalseNegatives + 1 },
        (false, null) => this with { Unanswered = Unanswered + 1 },
    };

    private static double Ratio(int part, int whole) => whole == 0 ? double.NaN : (double)part / whole;
}

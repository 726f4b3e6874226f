namespace Nunchi.Evaluation.Suites;

/// <summary>How a metric's interval is computed.</summary>
internal enum MetricKind
{
    /// <summary>A share of outcomes that are each right or wrong.</summary>
    Share,

    /// <summary>Any other ratio.</summary>
    Rate,
}

/// <summary>A thing that is measured.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Kind">How its interval is computed.</param>
/// <param name="LowerIsBetter">Whether 0 is the best value.</param>
internal sealed record Metric(string Name, MetricKind Kind, bool LowerIsBetter = false);

/// <summary>Everything that is measured, in the order of tables.</summary>
internal static class MetricCatalogue
{
    /// <summary>The group to which everything belongs.</summary>
    public const string All = "all";

    public const string Exact = "exact", TextExact = "text_exact", CharacterErrors = "cer", Letters = "letters", LeftOut = "left_out";
    public const string Accuracy50 = "acc@0.5", Accuracy75 = "acc@0.75", Overlap = "iou", AbsentNone = "absent_none";
    public const string Objects = "objects", Colours = "colours", Texts = "texts", Absent = "absent", CaptionsWithAbsent = "captions_with_absent";
    public const string Accuracy = "accuracy", Precision = "precision", Recall = "recall", F1 = "f1", YesRatio = "yes_ratio", Unanswered = "unanswered";
    public const string Right = "right", Conversations = "conversations", Refused = "refused", Needless = "needless_refusals";

    public static IReadOnlyList<Metric> Metrics { get; } =
    [
        new(Exact, MetricKind.Share), new(TextExact, MetricKind.Share), new(CharacterErrors, MetricKind.Rate, LowerIsBetter: true),
        new(Letters, MetricKind.Rate), new(LeftOut, MetricKind.Share, LowerIsBetter: true),
        new(Accuracy50, MetricKind.Share), new(Accuracy75, MetricKind.Share), new(Overlap, MetricKind.Rate), new(AbsentNone, MetricKind.Share),
        new(Objects, MetricKind.Share), new(Colours, MetricKind.Share), new(Texts, MetricKind.Share),
        new(Absent, MetricKind.Share, LowerIsBetter: true), new(CaptionsWithAbsent, MetricKind.Share, LowerIsBetter: true),
        new(Accuracy, MetricKind.Share), new(F1, MetricKind.Rate), new(Precision, MetricKind.Share), new(Recall, MetricKind.Share), new(YesRatio, MetricKind.Share),
        new(Unanswered, MetricKind.Share, LowerIsBetter: true),
        new(Right, MetricKind.Share), new(Conversations, MetricKind.Share), new(Refused, MetricKind.Share), new(Needless, MetricKind.Share, LowerIsBetter: true),
    ];

    public static Metric Get(string name) => Metrics.First(metric => metric.Name == name);

    public static int Order(string name) => Metrics.Index().First(metric => metric.Item.Name == name).Index;
}

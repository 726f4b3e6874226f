namespace Nunchi.Evaluation.Suites;

/// <summary>The suites there are.</summary>
public static class SuiteCatalogue
{
    /// <summary>The name that stands for every suite.</summary>
    public const string All = "all";

    internal static IReadOnlyList<DrawnSuite> Suites { get; } =
        [new ReadingSuite(), new ReferringSuite(), new CaptionSuite(), new YesNoSuite(), new KnowledgeSuite(), new MultiTurnSuite(), new RefusalSuite()];

    /// <summary>Names of the suites, in the order in which they run.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Suites.Select(suite => suite.Name)];

    /// <exception cref="ArgumentException">There is no suite of that name.</exception>
    internal static DrawnSuite Get(string name) => Suites.FirstOrDefault(suite => suite.Name == name)
        ?? throw new ArgumentException($"There is no suite '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
}

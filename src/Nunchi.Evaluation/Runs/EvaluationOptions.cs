using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Runs;

/// <summary>What is measured.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Names of suites, each once, of <see cref="SuiteCatalogue.Names"/>; at least one.</summary>
    public required IReadOnlyList<string> Suites { get; init; }

    /// <summary>Items of each suite: pictures with their questions, or conversations; at least 1.</summary>
    public int Count { get; init; } = 200;

    /// <summary>The seed of the series.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What pictures are made of.</summary>
    public SceneSplit Split { get; init; } = SceneSplit.HeldOut;

    /// <summary>The most tokens of an answer, at least 1.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>Limits of the pictures; null for the usual ones.</summary>
    public SceneOptions? Pictures { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A suite is unknown or named twice, or a number is out of range.</exception>
    public EvaluationOptions Validate()
    {
        if (Suites.Count == 0)
            throw new ArgumentException($"No suite is named; there are {string.Join(", ", SuiteCatalogue.Names)}.");
        foreach (string suite in Suites)
            SuiteCatalogue.Get(suite);
        if (Suites.Distinct().Count() < Suites.Count)
            throw new ArgumentException($"A suite is named twice in {string.Join(", ", Suites)}.");
        if (Count < 1)
            throw new ArgumentException($"{nameof(Count)} is {Count}; expected at least 1.");
        if (MaxTokens < 1)
            throw new ArgumentException($"{nameof(MaxTokens)} is {MaxTokens}; expected at least 1.");
        return this;
    }
}

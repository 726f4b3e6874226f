using System.CommandLine;
using Nunchi.Data.Scenes;

namespace Nunchi.Cli;

/// <summary>What pictures are made of.</summary>
internal static class SplitOption
{
    private const string Training = "training", HeldOut = "held-out";

    public static Option<string?> Create(string description) => new("--split") { Description = description, HelpName = $"{HeldOut}|{Training}" };

    /// <exception cref="UsageException">Neither of the two.</exception>
    public static SceneSplit? Parse(string? name) => name switch
    {
        null => null,
        Training => SceneSplit.Training,
        HeldOut => SceneSplit.HeldOut,
        _ => throw new UsageException($"--split is '{name}'; {HeldOut} or {Training} is expected."),
    };
}

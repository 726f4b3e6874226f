using Nunchi.Chat;
using Nunchi.Data.Scenes;

namespace Nunchi.Cli;

/// <summary>Loads a model from a checkpoint directory; threads null means all processors.</summary>
internal delegate IChatEngine EngineLoader(string directory, int? threads);

/// <summary>The surroundings in which a command runs. Commands touch the console, the environment and the model loader only through it.</summary>
internal sealed record Shell
{
    public required TextReader In { get; init; }

    /// <summary>Answers and data. With --json only JSON goes here.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Messages for people: progress, notes, errors.</summary>
    public required TextWriter Error { get; init; }

    public required bool InIsTerminal { get; init; }

    public required Terminal OutTerminal { get; init; }

    public required Terminal ErrorTerminal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The folders from which the default model is searched upward.</summary>
    public required IReadOnlyList<string> Homes { get; init; }

    public required EngineLoader LoadEngine { get; init; }

    /// <summary>Finds the fonts and things that pictures are drawn with.</summary>
    public Func<SceneAssets> FindAssets { get; init; } = SceneAssets.Find;

    /// <summary>Limits of drawn pictures; null for the usual ones.</summary>
    public SceneOptions? Pictures { get; init; }

    public required Interrupts Interrupts { get; init; }

    /// <summary>The keys of the terminal; null when there is none to edit a line on.</summary>
    public IKeyboard? Keyboard { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Set by --quiet: no progress, no notes.</summary>
    public bool Quiet { get; init; }

    /// <summary>Something worth knowing that is neither answer nor error.</summary>
    public void Note(string text)
    {
        if (!Quiet)
            Error.WriteLine(text);
    }
}

namespace Nunchi.Generation.Soaking;

/// <summary>What <see cref="Soak"/> saw.</summary>
public sealed record SoakReport
{
    /// <summary>Answers that were written to their end.</summary>
    public required int Answers { get; init; }

    /// <summary>Answers that were cancelled or left on the way.</summary>
    public required int Cancelled { get; init; }

    /// <summary>Answers that differ from the plain path, or failed.</summary>
    public required int Wrong { get; init; }

    /// <summary>What was wrong with the first of them.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>Tokens of the answers.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens that were guessed.</summary>
    public required long Drafted { get; init; }

    /// <summary>Guesses that were right.</summary>
    public required long Accepted { get; init; }

    /// <summary>Tokens of prompts that were found in caches.</summary>
    public required long Cached { get; init; }

    /// <summary>Conversations that a pass over the weights served, on average.</summary>
    public required double Together { get; init; }

    /// <summary>Resident bytes once all was warm; 0 when it was too short to tell.</summary>
    public required long BytesBefore { get; init; }

    /// <summary>Resident bytes at the end.</summary>
    public required long BytesAfter { get; init; }

    /// <summary>Whether memory grew by more than <see cref="MemoryTrend.Allowed"/>.</summary>
    public required bool Grew { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>No answer was wrong, and memory stayed.</summary>
    public bool Passed => Wrong == 0 && !Grew;
}

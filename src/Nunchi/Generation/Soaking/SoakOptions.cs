namespace Nunchi.Generation.Soaking;

/// <summary>What <see cref="Soak"/> does.</summary>
public sealed record SoakOptions
{
    /// <summary>How long to go on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public TimeSpan Duration
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(Duration), value, $"{nameof(Duration)} is {value}; it must be more than nothing.");
    } = TimeSpan.FromMinutes(1);

    /// <summary>Conversations at once, 1..64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 1..64.</exception>
    public int Conversations
    {
        get;
        init => field = value is >= 1 and <= 64 ? value : throw new ArgumentOutOfRangeException(nameof(Conversations), value, $"{nameof(Conversations)} is {value}; it must be in 1..64.");
    } = 4;

    /// <summary>Ends after so many answers too, cancelled ones included; null: only by time.</summary>
    public int? Answers { get; init; }

    /// <summary>The seed of conversations, choices and cancellations.</summary>
    public int Seed { get; init; }
}

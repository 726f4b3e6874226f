namespace Nunchi.Images;

/// <summary>What a picture from outside may cost. It is refused before memory is taken for its pixels.</summary>
public sealed record ImageLimits
{
    /// <summary>Limits that work for photographs and scanned pages.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Most bytes of the file. Default 64 MiB.</summary>
    public long MaxBytes { get => field; init => field = Positive(value, nameof(MaxBytes)); } = 64L << 20;

    /// <summary>Most pixels, width times height, up to 500 million. Default 100 million.</summary>
    public long MaxPixels { get => field; init => field = Positive(value, nameof(MaxPixels), 500_000_000); } = 100_000_000;

    /// <summary>Most columns. Default 32,768.</summary>
    public int MaxWidth { get => field; init => field = (int)Positive(value, nameof(MaxWidth)); } = 32768;

    /// <summary>Most rows. Default 32,768.</summary>
    public int MaxHeight { get => field; init => field = (int)Positive(value, nameof(MaxHeight)); } = 32768;

    /// <summary>Longest time for reading and decoding. Default 20 seconds.</summary>
    public TimeSpan MaxTime { get => field; init => field = value > TimeSpan.Zero ? value : throw OutOfRange(nameof(MaxTime), value); } = TimeSpan.FromSeconds(20);

    private static long Positive(long value, string name, long most = long.MaxValue) =>
        value >= 1 && value <= most ? value : throw OutOfRange(name, value);

    private static ArgumentOutOfRangeException OutOfRange(string name, object value) => new(name, value, $"{name} must be above 0 (and MaxPixels at most 500 million).");
}

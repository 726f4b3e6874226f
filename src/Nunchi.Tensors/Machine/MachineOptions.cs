namespace Nunchi.Tensors.Machine;

/// <summary>How <see cref="MachineLimits.Measure"/> measures.</summary>
public sealed record MachineOptions
{
    /// <summary>Most threads; 0 takes <see cref="Environment.ProcessorCount"/>. One thread is measured as well.</summary>
    public int Threads { get; init; }

    /// <summary>Time given to each quantity, in seconds, 0.01 to 60. The best of many short runs within it counts.</summary>
    public double SecondsEach { get; init; } = 0.3;

    /// <summary>Memory that the bandwidth measurement reads, in MiB, 16 to 16,384; it should be several times the last cache.</summary>
    public int BufferMebibytes { get; init; } = 256;

    internal MachineOptions Validate()
    {
        if (Threads is < 0 or > 256) throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "Threads must be 0 (one per processor) to 256.");
        if (SecondsEach is not (>= 0.01 and <= 60)) throw new ArgumentOutOfRangeException(nameof(SecondsEach), SecondsEach, "SecondsEach must be 0.01 to 60.");
        if (BufferMebibytes is < 16 or > 16384) throw new ArgumentOutOfRangeException(nameof(BufferMebibytes), BufferMebibytes, "BufferMebibytes must be 16 to 16,384.");
        return this;
    }
}

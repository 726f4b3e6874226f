namespace Nunchi.Generation.Soaking;

/// <summary>Tells whether memory stays: its median in the last quarter of all readings against that in the second, when caches are full and code is compiled.</summary>
public sealed class MemoryTrend
{
    /// <summary>Readings that are needed to tell.</summary>
    public const int Least = 16;

    private readonly List<long> _readings = [];

    /// <summary>Takes a reading of the resident bytes.</summary>
    public void Add(long bytes) => _readings.Add(bytes);

    /// <summary>Bytes that memory may grow by: a twentieth and 16 MB.</summary>
    public static long Allowed(long before) => (before / 20) + (16L << 20);

    /// <summary>Compares.</summary>
    /// <returns>Medians before and after, and whether it grew; zeros when there are too few readings.</returns>
    public (long Before, long After, bool Grew) Compare()
    {
        if (_readings.Count < Least)
            return (0, _readings.Count == 0 ? 0 : _readings[^1], false);
        int quarter = _readings.Count / 4;
        long before = Median(_readings.GetRange(quarter, quarter)), after = Median(_readings.GetRange(_readings.Count - quarter, quarter));
        return (before, after, after > before + Allowed(before));
    }

    private static long Median(List<long> readings)
    {
        readings.Sort();
        return readings[readings.Count / 2];
    }
}

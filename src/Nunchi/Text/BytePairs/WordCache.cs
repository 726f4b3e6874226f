namespace Nunchi.Text.BytePairs;

/// <summary>
/// Remembers the tokens of short words. Bounded by its slots: a new word takes the place of the one that hashes alike.
/// Entries are immutable and swapped whole, so any number of threads may use it without a lock.
/// </summary>
internal sealed class WordCache
{
    /// <summary>The longest word that is remembered, in UTF-16 units.</summary>
    public const int LongestWord = 24;

    private const int Slots = 1 << 15;
    private readonly Entry?[] _entries = new Entry?[Slots];

    public static ulong Hash(ReadOnlySpan<char> word)
    {
        var hash = (ulong)word.Length * 0xC2B2AE3D27D4EB4FUL;
        foreach (var unit in word)
            hash = (hash ^ unit) * 0x9E3779B97F4A7C15UL;
        return hash ^ hash >> 29;
    }

    public bool TryGet(ReadOnlySpan<char> word, ulong hash, out ReadOnlySpan<int> ids)
    {
        var entry = Volatile.Read(ref _entries[hash >> 8 & (Slots - 1)]);
        if (entry is not null && entry.Hash == hash && word.SequenceEqual(entry.Word))
        {
            ids = entry.Ids;
            return true;
        }

        ids = default;
        return false;
    }

    public void Set(ReadOnlySpan<char> word, ulong hash, ReadOnlySpan<int> ids) =>
        Volatile.Write(ref _entries[hash >> 8 & (Slots - 1)], new Entry(hash, word.ToString(), ids.ToArray()));

    private sealed record Entry(ulong Hash, string Word, int[] Ids);
}

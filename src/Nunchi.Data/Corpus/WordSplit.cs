namespace Nunchi.Data.Corpus;

/// <summary>Decides by a word's own letters whether it is kept out of training: one word in ten, always the same ones, on every machine.</summary>
public static class WordSplit
{
    private const uint Share = 10;

    /// <summary>Whether the word is kept for measuring.</summary>
    public static bool IsHeldOut(string word)
    {
        ArgumentNullException.ThrowIfNull(word);

        // FNV-1a over UTF-16 units, then mixed, because neighbouring words differ in few bits.
        uint hash = 2166136261;
        foreach (char unit in word)
        {
            hash = (hash ^ (byte)unit) * 16777619;
            hash = (hash ^ (byte)(unit >> 8)) * 16777619;
        }

        hash ^= hash >> 15;
        hash *= 0x2C1B3C6D;
        hash ^= hash >> 13;
        return hash % Share == 0;
    }
}

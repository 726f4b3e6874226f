using System.Runtime.InteropServices;

namespace Nunchi.Text.BytePairs;

/// <summary>
/// How often each pair of neighbouring tokens occurs in a corpus of counted words, kept current while pairs are merged.
/// The most frequent comes out first; among equals the one with the lower ids.
/// </summary>
internal sealed class PairCounts
{
    private readonly List<int>[] _words;
    private readonly long[] _times;
    private readonly Dictionary<ulong, long> _counts = [];
    private readonly Dictionary<ulong, HashSet<int>> _places = [];
    private readonly PriorityQueue<ulong, (long MinusCount, ulong Pair)> _queue = new();
    private readonly HashSet<ulong> _changed = [];

    /// <param name="words">The tokens of each word.</param>
    /// <param name="times">How often each word occurs.</param>
    public PairCounts(List<int>[] words, long[] times)
    {
        _words = words;
        _times = times;
        for (var word = 0; word < words.Length; word++)
        {
            for (var i = 0; i + 1 < words[word].Count; i++)
                Change(word, words[word][i], words[word][i + 1], times[word]);
        }

        EnqueueChanged();
    }

    /// <summary>Takes the most frequent pair out of the running.</summary>
    /// <returns>False when no pair occurs at least <paramref name="minimum"/> times.</returns>
    public bool TryTake(long minimum, out int left, out int right)
    {
        while (_queue.TryDequeue(out var pair, out var priority))
        {
            if (!_counts.TryGetValue(pair, out var count) || count != -priority.MinusCount)
                continue;
            if (count < minimum)
                break;
            (left, right) = ((int)(pair >> 32), (int)pair);
            return true;
        }

        (left, right) = (-1, -1);
        return false;
    }

    /// <summary>Replaces a pair by the merged token everywhere.</summary>
    public void Merge(int left, int right, int merged)
    {
        var pair = Key(left, right);
        if (!_places.Remove(pair, out var places))
            return;
        foreach (var word in places.Order())
            MergeIn(word, left, right, merged);
        _counts.Remove(pair);
        _changed.Remove(pair);
        EnqueueChanged();
    }

    private void MergeIn(int word, int left, int right, int merged)
    {
        var tokens = _words[word];
        var times = _times[word];
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            if (tokens[i] != left || tokens[i + 1] != right)
                continue;
            if (i > 0)
            {
                Change(word, tokens[i - 1], left, -times);
                Change(word, tokens[i - 1], merged, times);
            }

            if (i + 2 < tokens.Count)
            {
                Change(word, right, tokens[i + 2], -times);
                Change(word, merged, tokens[i + 2], times);
            }

            tokens[i] = merged;
            tokens.RemoveAt(i + 1);
        }
    }

    private void Change(int word, int left, int right, long by)
    {
        var pair = Key(left, right);
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += by;
        _changed.Add(pair);
        if (by <= 0)
            return;
        ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out _);
        (places ??= []).Add(word);
    }

    private void EnqueueChanged()
    {
        foreach (var pair in _changed)
        {
            var count = _counts[pair];
            if (count > 0)
                _queue.Enqueue(pair, (-count, pair));
        }

        _changed.Clear();
    }

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;
}

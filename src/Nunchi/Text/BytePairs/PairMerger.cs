using System.Buffers;
using System.Runtime.InteropServices;

namespace Nunchi.Text.BytePairs;

/// <summary>
/// Merges the tokens of a word: always the pair with the lowest rank, the leftmost among equals.
/// Short words scan for it; long ones keep a heap, so that a megabyte without a break still takes n log n.
/// </summary>
internal sealed class PairMerger(MergeTable merges)
{
    /// <summary>The most tokens that <see cref="MergeShort"/> takes.</summary>
    public const int ScanLimit = 64;

    /// <summary>Merges what a word begins as and appends what it ends as.</summary>
    /// <param name="tokens">The tokens of the word's bytes or characters; overwritten.</param>
    /// <param name="ids">Where the ids go.</param>
    public void Merge(Span<int> tokens, List<int> ids)
    {
        if (tokens.Length <= ScanLimit)
            MergeShort(tokens, ids);
        else
            MergeLong(tokens, ids);
    }

    private void MergeShort(Span<int> tokens, List<int> ids)
    {
        Span<int> ranks = stackalloc int[ScanLimit];
        Span<int> merged = stackalloc int[ScanLimit];
        var count = tokens.Length;
        for (var i = 0; i + 1 < count; i++)
            (ranks[i], merged[i]) = merges.Find(tokens[i], tokens[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                    best = i;
            }

            if (ranks[best] == int.MaxValue)
                break;
            tokens[best] = merged[best];
            count--;
            tokens[(best + 2)..(count + 1)].CopyTo(tokens[(best + 1)..]);
            if (best + 1 < count)
            {
                ranks[(best + 1)..count].CopyTo(ranks[best..]);
                merged[(best + 1)..count].CopyTo(merged[best..]);
                (ranks[best], merged[best]) = merges.Find(tokens[best], tokens[best + 1]);
            }

            if (best > 0)
                (ranks[best - 1], merged[best - 1]) = merges.Find(tokens[best - 1], tokens[best]);
        }

        var start = ids.Count;
        CollectionsMarshal.SetCount(ids, start + count);
        tokens[..count].CopyTo(CollectionsMarshal.AsSpan(ids)[start..]);
    }

    private void MergeLong(Span<int> tokens, List<int> ids)
    {
        var length = tokens.Length;
        var rented = ArrayPool<int>.Shared.Rent(length * 4);
        try
        {
            var previous = rented.AsSpan(0, length);
            var next = rented.AsSpan(length, length);
            var ranks = rented.AsSpan(2 * length, length);
            var merged = rented.AsSpan(3 * length, length);
            var heap = new PriorityQueue<int, ulong>(length);
            for (var i = 0; i < length; i++)
            {
                previous[i] = i - 1;
                next[i] = i + 1 < length ? i + 1 : -1;
            }

            for (var i = 0; i < length; i++)
                Look(i, tokens, next, ranks, merged, heap);
            while (heap.TryDequeue(out var at, out var priority))
            {
                if (ranks[at] != (int)(priority >> 32) || ranks[at] == int.MaxValue)
                    continue;
                var gone = next[at];
                tokens[at] = merged[at];
                next[at] = next[gone];
                ranks[gone] = int.MaxValue;
                if (next[at] >= 0)
                    previous[next[at]] = at;
                Look(at, tokens, next, ranks, merged, heap);
                if (previous[at] >= 0)
                    Look(previous[at], tokens, next, ranks, merged, heap);
            }

            for (var i = 0; i >= 0; i = next[i])
                ids.Add(tokens[i]);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private void Look(int at, Span<int> tokens, Span<int> next, Span<int> ranks, Span<int> merged, PriorityQueue<int, ulong> heap)
    {
        (ranks[at], merged[at]) = next[at] < 0 ? (int.MaxValue, -1) : merges.Find(tokens[at], tokens[next[at]]);
        if (ranks[at] != int.MaxValue)
            heap.Enqueue(at, (ulong)(uint)ranks[at] << 32 | (uint)at);
    }
}

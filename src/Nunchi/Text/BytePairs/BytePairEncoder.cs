using System.Buffers;

namespace Nunchi.Text.BytePairs;

/// <summary>Merges the bytes of a word into tokens.</summary>
internal sealed class BytePairEncoder(int[] byteIds, MergeTable merges)
{
    private readonly PairMerger _merger = new(merges);

    /// <summary>Appends the tokens of one word.</summary>
    public void Encode(ReadOnlySpan<byte> word, List<int> ids)
    {
        if (word.Length <= PairMerger.ScanLimit)
        {
            Merge(word, stackalloc int[PairMerger.ScanLimit], ids);
            return;
        }

        var rented = ArrayPool<int>.Shared.Rent(word.Length);
        try
        {
            Merge(word, rented, ids);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private void Merge(ReadOnlySpan<byte> word, Span<int> tokens, List<int> ids)
    {
        tokens = tokens[..word.Length];
        for (var i = 0; i < word.Length; i++)
            tokens[i] = byteIds[word[i]];
        _merger.Merge(tokens, ids);
    }
}

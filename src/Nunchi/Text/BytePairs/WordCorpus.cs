using System.Runtime.InteropServices;
using Nunchi.Text.Normalization;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text.BytePairs;

/// <summary>Counts the pieces that texts fall into, cut as an encoder will cut them.</summary>
internal sealed class WordCorpus(CoveringPattern pattern, AddedTokenMatcher added)
{
    private readonly Dictionary<string, long> _counts = [];

    /// <summary>The pieces and how often each came, in ordinal order, so that the order of the texts does not matter.</summary>
    public IEnumerable<(string Word, long Count)> Words => _counts.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => (w.Key, w.Value));

    public void Add(ReadOnlySpan<char> text, long times)
    {
        var at = 0;
        while (added.TryFind(text, at, new SpecialPolicy(true), out _, out var start, out var end))
        {
            AddPlain(text[at..start], times);
            at = end;
        }

        AddPlain(text[at..], times);
    }

    private void AddPlain(ReadOnlySpan<char> text, long times)
    {
        if (!NfcNormalizer.IsCertainlyNormalized(text))
            text = NfcNormalizer.Normalize(text);
        var lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var start = 0; start < text.Length;)
        {
            var end = pattern.Next(text, start);
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, text[start..end], out _);
            count = checked(count + times);
            start = end;
        }
    }
}

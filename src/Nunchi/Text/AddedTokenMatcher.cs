using System.Buffers;
using System.Globalization;
using System.Text;

namespace Nunchi.Text;

/// <summary>Says which special tokens a text may hold: none, all, or those that touch no range that a user typed.</summary>
internal readonly ref struct SpecialPolicy(bool allow, ReadOnlySpan<Range> userRanges = default)
{
    private readonly bool _allow = allow;
    private readonly ReadOnlySpan<Range> _userRanges = userRanges;

    /// <summary>Whether special tokens may be found between two places.</summary>
    public bool Permits(int start, int end)
    {
        if (!_allow || _userRanges.IsEmpty)
            return _allow;
        var next = FirstEndingAfter(start);
        return next == _userRanges.Length || _userRanges[next].Start.Value >= end;
    }

    /// <summary>Whether a part of the text was all typed by a user or none of it; if not, where it first changes.</summary>
    public bool IsUniform(int start, int end, out int cut)
    {
        cut = end;
        if (!_allow || _userRanges.IsEmpty)
            return true;
        var next = FirstEndingAfter(start);
        if (next < _userRanges.Length)
            cut = Math.Min(end, _userRanges[next].Start.Value > start ? _userRanges[next].Start.Value : _userRanges[next].End.Value);
        return cut == end;
    }

    private int FirstEndingAfter(int start)
    {
        int low = 0, high = _userRanges.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_userRanges[middle].End.Value <= start)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}

/// <summary>Finds added tokens in text, leftmost first and longest first, as Hugging Face's tokenizers do.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, char Unit), int> _edges = [];
    private readonly List<AddedToken?> _ends = [null];
    private readonly SearchValues<char> _firstUnits;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        var first = new HashSet<char>();
        foreach (var token in tokens)
        {
            first.Add(token.Content[0]);
            var node = 0;
            foreach (var unit in token.Content)
            {
                if (!_edges.TryGetValue((node, unit), out var next))
                {
                    next = _ends.Count;
                    _edges[(node, unit)] = next;
                    _ends.Add(null);
                }

                node = next;
            }

            _ends[node] = token;
        }

        _firstUnits = SearchValues.Create([..first]);
    }

    public bool IsEmpty => _edges.Count == 0;

    /// <summary>The first match at or after <paramref name="from"/>, with the white space that it swallows; text before <paramref name="from"/> is taken.</summary>
    public bool TryFind(ReadOnlySpan<char> text, int from, SpecialPolicy policy, out AddedToken token, out int start, out int end)
    {
        for (var at = from; at < text.Length; at++)
        {
            var skip = text[at..].IndexOfAny(_firstUnits);
            if (skip < 0)
                break;
            at += skip;
            if (LongestAt(text, at, policy) is not { } found)
                continue;
            token = found;
            start = at;
            end = at + found.Content.Length;
            if (found.LeftStrip)
            {
                while (start > from && char.IsWhiteSpace(text[start - 1]))
                    start--;
            }

            if (found.RightStrip)
            {
                while (end < text.Length && char.IsWhiteSpace(text[end]))
                    end++;
            }

            return true;
        }

        token = null!;
        start = end = text.Length;
        return false;
    }

    private AddedToken? LongestAt(ReadOnlySpan<char> text, int at, SpecialPolicy policy)
    {
        AddedToken? longest = null;
        var node = 0;
        for (var end = at; end < text.Length && _edges.TryGetValue((node, text[end]), out node);)
        {
            end++;
            if (_ends[node] is not { } token)
                continue;
            if (token.Special && !policy.Permits(at, end))
                continue;
            if (token.SingleWord && (TouchesWordBefore(text, at) || TouchesWordAfter(text, end)))
                continue;
            longest = token;
        }

        return longest;
    }

    private static bool TouchesWordBefore(ReadOnlySpan<char> text, int at) =>
        at > 0 && Rune.DecodeLastFromUtf16(text[..at], out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool TouchesWordAfter(ReadOnlySpan<char> text, int at) =>
        at < text.Length && Rune.DecodeFromUtf16(text[at..], out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;
}

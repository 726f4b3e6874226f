using System.Buffers;
using System.Globalization;
using System.Text;

namespace Nunchi.Text;

/// <summary>A range of a text in which only some special tokens may be found, by id; none of the others, whatever it says.</summary>
internal readonly record struct GuardedRange(int Start, int End, IReadOnlySet<int> Allowed);

/// <summary>Says which special tokens a text may hold: none, all, or all but what its guarded ranges forbid.</summary>
internal readonly ref struct SpecialPolicy(bool allow, ReadOnlySpan<GuardedRange> guarded = default)
{
    private readonly bool _allow = allow;
    private readonly ReadOnlySpan<GuardedRange> _guarded = guarded;
    private readonly ReadOnlySpan<int> _origins;
    private readonly int _offset;

    private SpecialPolicy(SpecialPolicy policy, ReadOnlySpan<int> origins, int offset)
        : this(policy._allow, policy._guarded)
    {
        _origins = origins;
        _offset = offset;
    }

    /// <summary>The same policy for a text that was changed.</summary>
    /// <param name="origins">Where each character of the changed text, and its end, was in the stretch that it was made from.</param>
    /// <param name="offset">Where that stretch begins.</param>
    public SpecialPolicy Seen(ReadOnlySpan<int> origins, int offset) => new(this, origins, offset);

    /// <summary>Whether a special token may be found between two places.</summary>
    public bool Permits(int start, int end, int id)
    {
        if (!_allow)
            return false;
        if (!_origins.IsEmpty)
        {
            // What several characters were made from counts whole.
            while (end < _origins.Length - 1 && _origins[end] == _origins[end - 1])
                end++;
            (start, end) = (_origins[start] + _offset, _origins[end] + _offset);
        }

        for (var next = FirstEndingAfter(start); next < _guarded.Length && _guarded[next].Start < end; next++)
        {
            if (!_guarded[next].Allowed.Contains(id))
                return false;
        }

        return true;
    }

    /// <summary>Whether every special token is permitted between two places, or none is sure to be; if it changes on the way, where.</summary>
    public bool IsFree(int start, int end, out int cut)
    {
        cut = end;
        var next = FirstEndingAfter(start);
        if (!_allow || next == _guarded.Length)
            return _allow;
        var free = _guarded[next].Start > start;
        cut = Math.Min(end, free ? _guarded[next].Start : _guarded[next].End);
        return free;
    }

    private int FirstEndingAfter(int start)
    {
        int low = 0, high = _guarded.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_guarded[middle].End <= start)
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

        _firstUnits = SearchValues.Create([.. first]);
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
            if (token.Special && !policy.Permits(at, end, token.Id))
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

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Nunchi.Text.PreTokenization;

/// <summary>
/// Any other pattern. The runtime's regular expressions work on UTF-16 units, so each code point beyond the first plane is shown to them as one
/// stand-in character of the same general category: classes such as \p{L} then hold for it as they do in engines that work on code points.
/// </summary>
internal sealed class RegexSplitter : PreTokenizer
{
    private static readonly Dictionary<UnicodeCategory, char> StandIns = MakeStandIns();

    private readonly Regex _regex;
    private readonly bool _keepGaps;
    private readonly bool _keepMatches;

    /// <param name="pattern">The pattern.</param>
    /// <param name="keepMatches">Whether matches become pieces.</param>
    /// <param name="keepGaps">Whether what lies between matches becomes pieces.</param>
    /// <param name="patience">How long one text may take; null for ten seconds.</param>
    /// <exception cref="ArgumentException">The runtime does not understand the pattern.</exception>
    public RegexSplitter(string pattern, bool keepMatches, bool keepGaps, TimeSpan? patience = null)
    {
        _regex = new Regex(pattern, RegexOptions.CultureInvariant, patience ?? TimeSpan.FromSeconds(10));
        _keepMatches = keepMatches;
        _keepGaps = keepGaps;
    }

    public override void Split(ReadOnlySpan<char> text, List<Range> pieces)
    {
        var shown = Show(text, out var offsets);
        var last = 0;
        try
        {
            foreach (var match in _regex.EnumerateMatches(shown))
            {
                if (match.Length == 0)
                    continue;
                Add(_keepGaps, last, match.Index);
                Add(_keepMatches, match.Index, match.Index + match.Length);
                last = match.Index + match.Length;
            }
        }
        catch (RegexMatchTimeoutException problem)
        {
            throw new InvalidDataException($"the tokenizer's pattern {_regex} took more than {_regex.MatchTimeout.TotalSeconds} s on a text of {text.Length} characters", problem);
        }

        Add(_keepGaps, last, shown.Length);

        void Add(bool keep, int start, int end)
        {
            if (keep && end > start)
                pieces.Add((offsets is null ? start : offsets[start])..(offsets is null ? end : offsets[end]));
        }
    }

    private static string Show(ReadOnlySpan<char> text, out int[]? offsets)
    {
        offsets = null;
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return text.ToString();
        var shown = new StringBuilder(text.Length);
        offsets = new int[text.Length + 1];
        for (var i = 0; i < text.Length; i++)
        {
            offsets[shown.Length] = i;
            var unit = text[i];
            if (char.IsHighSurrogate(unit) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                unit = StandIns[CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(unit, text[++i]))];
            else if (char.IsSurrogate(unit))
                unit = '\uFFFD';
            shown.Append(unit);
        }

        offsets[shown.Length] = text.Length;
        return shown.ToString();
    }

    private static Dictionary<UnicodeCategory, char> MakeStandIns()
    {
        var standIns = new Dictionary<UnicodeCategory, char>();
        for (var code = 0xFFFF; code > 0xFF; code--)
            standIns[CharUnicodeInfo.GetUnicodeCategory(code)] = (char)code;
        standIns[UnicodeCategory.Control] = '\u0001';
        standIns[UnicodeCategory.Surrogate] = '\uFFFD';
        return standIns;
    }
}

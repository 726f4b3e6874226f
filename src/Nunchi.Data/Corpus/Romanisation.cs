using System.Text;

namespace Nunchi.Data.Corpus;

/// <summary>
/// Hangul in Latin letters by the Revised Romanization of Korean (2000) with its sound changes between syllables: 왕십리 is Wangsimni, 독립문 Dongnimmun.
/// Changes that depend on a word's parts (an inserted ㄴ, as in 학여울) are not known to it.
/// </summary>
public static class Romanisation
{
    private static readonly string[] Initials = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
    private static readonly string[] Vowels = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"];
    private static readonly string[] Finals = ["", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"];

    // Before a vowel the final consonant is spoken as the next syllable's initial.
    private static readonly string[] Linked = ["", "g", "kk", "ks", "n", "nj", "n", "d", "r", "lg", "lm", "lb", "ls", "lt", "lp", "r", "m", "b", "ps", "s", "ss", "ng", "j", "ch", "k", "t", "p", ""];

    private const int N = 2, R = 5, M = 6, Silent = 11, H = 18;

    /// <summary>The text with every Hangul syllable in Latin letters; the first letter of each Hangul word is a capital, everything else stays.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder latin = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsSyllable(text[i]))
            {
                latin.Append(text[i]);
                continue;
            }

            int code = text[i] - '가';
            bool first = i == 0 || !IsSyllable(text[i - 1]);
            int initial = code / 588;
            int final = code % 28;
            StringBuilder syllable = new();
            if (first)
                syllable.Append(Initials[initial]);
            syllable.Append(Vowels[code / 28 % 21]);
            if (i + 1 < text.Length && IsSyllable(text[i + 1]))
                syllable.Append(Between(final, (text[i + 1] - '가') / 588, (text[i + 1] - '가') / 28 % 21));
            else
                syllable.Append(Finals[final]);
            if (first)
                syllable[0] = char.ToUpperInvariant(syllable[0]);
            latin.Append(syllable);
        }

        return latin.ToString();
    }

    private static bool IsSyllable(char character) => character is >= '가' and <= '힣';

    private static string Between(int final, int next, int vowel)
    {
        if (final == 0)
            return Initials[next];
        if (next == Silent)
        {
            if (vowel == 20 && final is 7 or 25)
                return final == 7 ? "j" : "ch";
            return Linked[final];
        }

        if (final is 27 or 6 or 15 && next is 0 or 3 or 12)
            return (final == 6 ? "n" : final == 15 ? "l" : "") + (next == 0 ? "k" : next == 3 ? "t" : "ch");
        string end = Finals[final];
        return (end, next) switch
        {
            ("k", N or M) => "ng" + Initials[next],
            ("t", N or M) => "n" + Initials[next],
            ("p", N or M) => "m" + Initials[next],
            ("k", R) => "ngn",
            ("t", R) => "nn",
            ("p" or "m", R) => "mn",
            ("ng", R) => "ngn",
            ("n" or "l", R) => "ll",
            ("l", N) => "ll",
            ("t", H) when final == 22 => "ch",
            _ => end + Initials[next],
        };
    }
}

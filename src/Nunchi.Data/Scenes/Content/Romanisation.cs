using System.Text;

namespace Nunchi.Data.Scenes.Content;

/// <summary>Names in Latin letters by the Revised Romanization of Korean (Ministry of Culture, 2000), with the sound changes it writes: linking, nasal and liquid assimilation, palatalisation left out.</summary>
internal static class Romanisation
{
    private static readonly string[] Initials = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
    private static readonly string[] Vowels = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"];
    private static readonly string[] Finals = ["", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"];
    private static readonly string[] Linked = ["", "g", "kk", "ks", "n", "nj", "n", "d", "r", "lg", "lm", "lb", "ls", "lt", "lp", "r", "m", "b", "bs", "s", "ss", "ng", "j", "ch", "k", "t", "p", ""];

    public static string Name(string hangul)
    {
        var result = new StringBuilder();
        for (int i = 0; i < hangul.Length; i++)
        {
            if (hangul[i] is < '가' or > '힣')
            {
                result.Append(hangul[i]);
                continue;
            }
            int code = hangul[i] - '가', final = code % 28, vowel = code / 28 % 21, initial = code / 588;
            bool follows = i > 0 && hangul[i - 1] is >= '가' and <= '힣';
            string before = follows ? Finals[(hangul[i - 1] - '가') % 28] : "";
            if (!(follows && initial == 11 && Linked[(hangul[i - 1] - '가') % 28] != "ng" && before.Length > 0))
                result.Append(InitialAfter(initial, before));
            result.Append(Vowels[vowel]);
            bool next = i + 1 < hangul.Length && hangul[i + 1] is >= '가' and <= '힣';
            result.Append(next ? FinalBefore(final, (hangul[i + 1] - '가') / 588) : Finals[final]);
        }
        if (result.Length > 0)
            result[0] = char.ToUpperInvariant(result[0]);
        return result.ToString();
    }

    private static string InitialAfter(int initial, string before) => (initial, before) switch
    {
        (5, "l") or (2, "l") or (5, "n") => "l",
        (5, not "" ) => "n",
        _ => Initials[initial],
    };

    private static string FinalBefore(int final, int initial)
    {
        string sound = Finals[final];
        if (initial == 11)
            return Linked[final];
        if (initial is 2 or 6 or 5)
        {
            return sound switch { "k" => "ng", "t" => "n", "p" => "m", "n" when initial == 5 => "l", _ => sound };
        }
        return sound;
    }
}

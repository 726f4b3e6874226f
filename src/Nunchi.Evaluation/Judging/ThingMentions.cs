using Nunchi.Data.Objects;

namespace Nunchi.Evaluation.Judging;

/// <summary>A thing that a text names, with the colour it is given there, if any.</summary>
internal readonly record struct ThingMention(string Class, ColourName Colour);

/// <summary>Finds the things of the catalogue that a text names in Korean or English, each as a word of its own with particles.</summary>
internal static class ThingMentions
{
    private static readonly string[] Numerals =
        ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두", "여러", "몇"];

    private static readonly (string[] Words, ObjectClass Class)[] Names =
    [
        .. ObjectCatalogue.All.SelectMany(c => new[] { c.Korean, c.English, c.Plural }.Distinct().Select(name => (Words: TextTokens.Of(name).ToArray(), c)))
            .OrderByDescending(name => name.Words.Length).ThenByDescending(name => name.Words.Sum(word => word.Length)),
    ];

    public static HashSet<ThingMention> In(string text)
    {
        List<string> tokens = TextTokens.Of(TextTokens.WithoutQuotes(text));
        var mentions = new HashSet<ThingMention>();
        ColourName before = ColourName.None;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (NameAt(tokens, i) is var (what, length, tail))
            {
                ColourName colour = before != ColourName.None ? before : Said(tokens, i + length, tail);
                mentions.Add(new ThingMention(what.Key, colour));
                before = ColourName.None;
                i += length - 1;
            }
            else if (ColourWords.At(tokens, i) is var (colour, words, ending))
            {
                // "노란색 우산", "노란색의 우산"; not "우산은 노란색입니다. 가방은 ...".
                before = ending is "" or "의" ? colour : ColourName.None;
                i += words - 1;
            }
            else
            {
                before = ColourName.None;
            }
        }
        return mentions;
    }

    private static (ObjectClass Class, int Length, string Tail)? NameAt(List<string> tokens, int at)
    {
        foreach ((string[] words, ObjectClass what) in Names)
        {
            if (!WordMatch.At(tokens, at, words, out string tail))
                continue;
            if (words.Length == 1 && (IsCounter(tokens, at, words[0]) || IsPaper(tokens, at)))
                return null;
            return (what, words.Length, tail);
        }
        return null;
    }

    // "사과 두 개": the word that counts is a dog elsewhere, as 벌 (clothes) is a bee.
    private static bool IsCounter(List<string> tokens, int at, string word) =>
        word is "개" or "벌" && at > 0 && (Numerals.Contains(tokens[at - 1]) || tokens[at - 1].All(char.IsAsciiDigit));

    // "종이" is paper before a place and a bell with its particle elsewhere.
    private static bool IsPaper(List<string> tokens, int at) =>
        tokens[at] == "종이" && at + 1 < tokens.Count && (tokens[at + 1].StartsWith('앞') || tokens[at + 1].StartsWith('위') || tokens[at + 1].StartsWith("배경", StringComparison.Ordinal));

    // "우산은 노란색입니다", "the umbrella is yellow".
    private static ColourName Said(List<string> tokens, int next, string tail)
    {
        bool english = tail.Length == 0 && next < tokens.Count && tokens[next] is "is" or "are";
        if (!english && !WordEndings.IsTopicOrSubject(tail))
            return ColourName.None;
        return ColourWords.At(tokens, english ? next + 1 : next) is var (colour, _, ending) && (english || WordEndings.IsStatement(ending)) ? colour : ColourName.None;
    }
}

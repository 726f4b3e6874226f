using Nunchi.Data.Objects;

namespace Nunchi.Evaluation.Judging;

/// <summary>Colour words in a text: those of <see cref="Colours"/> and common other words for the same colours.</summary>
internal static class ColourWords
{
    private static readonly Dictionary<string, ColourName> Others = new()
    {
        ["빨강"] = ColourName.Red,
        ["붉은"] = ColourName.Red,
        ["주황"] = ColourName.Orange,
        ["노랑"] = ColourName.Yellow,
        ["초록"] = ColourName.Green,
        ["녹색"] = ColourName.Green,
        ["하늘빛"] = ColourName.SkyBlue,
        ["skyblue"] = ColourName.SkyBlue,
        ["파랑"] = ColourName.Blue,
        ["푸른"] = ColourName.Blue,
        ["보라"] = ColourName.Purple,
        ["분홍"] = ColourName.Pink,
        ["핑크색"] = ColourName.Pink,
        ["검정"] = ColourName.Black,
        ["검정색"] = ColourName.Black,
        ["까만"] = ColourName.Black,
        ["까만색"] = ColourName.Black,
        ["하얀"] = ColourName.White,
        ["하얀색"] = ColourName.White,
        ["흰색"] = ColourName.White,
        ["grey"] = ColourName.Gray,
    };

    private static readonly (string[] Words, ColourName Colour)[] Names =
    [
        .. Colours.All.SelectMany(colour => new[] { Colours.Noun(colour), Colours.Adjective(colour), Colours.English(colour) }.Distinct().Select(word => (PlainText.Words(word), colour))),
        .. Others.Select(other => (new[] { other.Key }, other.Value)),
    ];

    /// <summary>The colour whose word begins at a token, with the number of its tokens and what is joined to the last one.</summary>
    public static (ColourName Colour, int Length, string Tail)? At(IReadOnlyList<string> tokens, int start)
    {
        (ColourName, int Length, string)? best = null;
        int letters = 0;
        foreach ((string[] words, ColourName colour) in Names)
        {
            int length = words.Sum(word => word.Length);
            if (length > letters && WordMatch.At(tokens, start, words, out string tail))
                (best, letters) = ((colour, words.Length, tail), length);
        }
        return best;
    }

    /// <summary>Every colour that a text names.</summary>
    public static HashSet<ColourName> In(string text)
    {
        List<string> tokens = TextTokens.Of(text);
        var colours = new HashSet<ColourName>();
        for (int i = 0; i < tokens.Count; i++)
        {
            if (At(tokens, i) is var (colour, length, _))
            {
                colours.Add(colour);
                i += length - 1;
            }
        }
        return colours;
    }
}

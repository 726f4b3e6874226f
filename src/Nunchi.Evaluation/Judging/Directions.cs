namespace Nunchi.Evaluation.Judging;

/// <summary>Which sides a text names, so that "왼쪽 위" is not taken for "왼쪽".</summary>
internal static class Directions
{
    private static readonly (string[] Words, string Side)[] Names =
    [
        .. new[]
        {
            ("왼쪽", "left"), ("왼편", "left"), ("좌측", "left"), ("left", "left"), ("오른쪽", "right"), ("오른편", "right"), ("우측", "right"), ("right", "right"),
            ("위", "top"), ("위쪽", "top"), ("윗부분", "top"), ("above", "top"), ("top", "top"), ("아래", "bottom"), ("아래쪽", "bottom"), ("below", "bottom"), ("bottom", "bottom"),
            ("가운데", "middle"), ("한가운데", "middle"), ("중앙", "middle"), ("middle", "middle"), ("centre", "middle"), ("center", "middle"),
        }.Select(name => (new[] { name.Item1 }, name.Item2)),
    ];

    public static HashSet<string> In(string text)
    {
        List<string> tokens = TextTokens.Of(text);
        var sides = new HashSet<string>();
        for (int i = 0; i < tokens.Count; i++)
        {
            foreach ((string[] words, string side) in Names)
            {
                if (WordMatch.At(tokens, i, words, out _))
                    sides.Add(side);
            }
        }
        return sides;
    }
}

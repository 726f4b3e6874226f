namespace Nunchi.Evaluation.Judging;

/// <summary>What may be joined to a Korean noun without making it another word: particles, forms of 이다, and short nouns that names take.</summary>
internal static class WordEndings
{
    private static readonly string[] Particles =
    [
        "은", "는", "이", "가", "을", "를", "과", "와", "도", "만", "의", "에", "에서", "에게", "에는", "에서는", "에도", "로", "으로", "로는", "으로는", "이랑", "랑", "하고", "이나", "나",
        "까지", "부터", "마다", "보다", "처럼", "이며", "며", "이고", "고", "들", "들이", "들은", "들을", "들과", "들도", "들의", "라고", "이라고", "이라는", "라는", "인", "인데",
        "입니다", "입니다만", "이에요", "예요", "이예요", "이야", "야", "이다", "다", "이죠", "죠", "이네요", "네요", "임", "뿐", "쪽", "쪽에", "쪽입니다", "쪽으로", "쪽은", "쪽이", "이면", "면",
    ];

    private static readonly string[] Units = ["", "역", "시", "원", "번", "호", "층", "선", "개", "색", "짜리", "가지", "정류장"];

    private static readonly HashSet<string> AfterNoun = [.. Particles];

    private static readonly HashSet<string> AfterName = [.. Units.SelectMany(unit => Particles.Prepend("").Select(particle => unit + particle))];

    /// <summary>After a common noun: "우산" + "이".</summary>
    public static bool FollowNoun(string tail) => tail.Length == 0 || AfterNoun.Contains(tail);

    /// <summary>After a name or number: "판교" + "역입니다".</summary>
    public static bool FollowName(string tail) => AfterName.Contains(tail);

    public static bool IsTopicOrSubject(string tail) => tail is "은" or "는" or "이" or "가" or "들은" or "들이";

    public static bool IsStatement(string tail) => tail.Length > 0 && (tail is "이고" or "고" or "이며" or "며" || tail.EndsWith('다') || tail.EndsWith('요') || tail.EndsWith('야'));
}

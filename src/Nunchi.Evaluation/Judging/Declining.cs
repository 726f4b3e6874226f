namespace Nunchi.Evaluation.Judging;

/// <summary>Whether an answer declines: says that something is not there, cannot be read, or is not helped with.</summary>
internal static class Declining
{
    private static readonly string[] Stems =
    [
        "죄송", "미안", "보이지 않", "읽을 수 없", "알 수 없", "확인할 수 없", "찾을 수 없", "없습니다", "없어요", "않습니다", "않아요", "어렵습니다", "어려워요", "도와 드릴 수 없", "도와드릴 수 없",
        "sorry", "cannot", "can't", "can not", "unable", "does not show", "doesn't show", "there is no ", "too blurred", "not visible", "not readable",
    ];

    /// <param name="answer">What was answered.</param>
    /// <param name="accept">Further forms that the record takes for declining.</param>
    public static bool Is(string answer, IReadOnlyList<string> accept)
    {
        string plain = PlainText.Of(answer);
        return Stems.Concat(accept).Any(stem => plain.Contains(stem, StringComparison.OrdinalIgnoreCase));
    }
}

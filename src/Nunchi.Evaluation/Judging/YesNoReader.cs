namespace Nunchi.Evaluation.Judging;

/// <summary>Whether an answer says yes or no. The first word decides; without one of those, a plain statement that something is or is not so.</summary>
internal static class YesNoReader
{
    private static readonly string[] Yes = ["네", "예", "응", "맞아요", "맞습니다", "그래요", "그렇습니다", "yes", "yeah", "yep"];
    private static readonly string[] No = ["아니요", "아니오", "아뇨", "아니", "아닙니다", "아니에요", "no", "nope"];
    private static readonly string[] Denials = ["없습니다", "없어요", "없다", "않습니다", "않아요", "아닙니다", "아니에요", "there is no ", "there are no ", " not "];
    private static readonly string[] Statements = ["있습니다", "있어요", "보입니다", "보여요", "맞습니다", "입니다", "there is ", "there are "];

    /// <returns>Null when it is neither.</returns>
    public static bool? Read(string answer)
    {
        string plain = PlainText.Of(answer).ToLowerInvariant();
        string first = new([.. plain.TakeWhile(char.IsLetter)]);
        if (Yes.Contains(first))
            return true;
        if (No.Contains(first))
            return false;
        if (Denials.Any(word => plain.Contains(word, StringComparison.Ordinal)))
            return false;
        return Statements.Any(word => plain.Contains(word, StringComparison.Ordinal)) ? true : null;
    }
}

namespace Nunchi.Evaluation.Judging;

/// <summary>Whether an answer holds a short form that a right answer holds, as a word of its own: not "3" in "13", not "강남" in "강남구청역".</summary>
internal static class AcceptedForm
{
    /// <param name="forms">The accepted forms.</param>
    /// <param name="answer">What was answered.</param>
    /// <param name="reference">The answer of the record: what follows a form there may follow it in any answer.</param>
    public static bool Any(IReadOnlyList<string> forms, string answer, string reference)
    {
        string plain = PlainText.Of(answer), known = PlainText.Of(reference);
        return forms.Any(form => In(PlainText.Of(form), plain, known));
    }

    /// <summary>Whether a text of the picture stands in an answer.</summary>
    public static bool In(string form, string answer, string reference)
    {
        if (form.Length == 0)
            return false;
        // Negations are told by the stem alone: "보이지 않" with any ending.
        if (form.Contains('없') || form.Contains('않'))
            return answer.Contains(form, StringComparison.Ordinal);
        HashSet<string>? known = null;
        foreach (int at in Places(form, answer))
        {
            if (!Begins(answer, at))
                continue;
            string tail = Tail(answer, at + form.Length);
            if (Ends(answer, at + form.Length, tail))
                return true;
            known ??= [.. Places(form, reference).Select(place => Tail(reference, place + form.Length))];
            if (tail.Length > 0 && known.Contains(tail))
                return true;
        }
        return false;
    }

    private static IEnumerable<int> Places(string form, string text)
    {
        for (int at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(form, at + 1, StringComparison.OrdinalIgnoreCase))
            yield return at;
    }

    private static bool Begins(string text, int at)
    {
        if (at == 0)
            return true;
        char before = text[at - 1], first = text[at];
        if (PlainText.IsHangul(first))
            return !PlainText.IsHangul(before);
        if (char.IsAsciiDigit(first))
            return !char.IsAsciiDigit(before) && !(before is ',' or '.' or '-' or ':' && at > 1 && char.IsAsciiDigit(text[at - 2]));
        return !char.IsAsciiLetter(first) || !char.IsAsciiLetter(before);
    }

    private static bool Ends(string text, int end, string tail)
    {
        if (end == text.Length)
            return true;
        char last = text[end - 1], next = text[end];
        if (char.IsAsciiDigit(last))
        {
            if (char.IsAsciiDigit(next) || (next is ',' or '.' or '-' or ':' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])))
                return false;
            return tail.Length == 0 || tail[0] is not ('만' or '천' or '백' or '십' or '억');
        }
        if (char.IsAsciiLetter(last) && char.IsAsciiLetter(next))
            return false;
        return tail.Length == 0 || WordEndings.FollowName(tail);
    }

    private static string Tail(string text, int from)
    {
        int end = from;
        while (end < text.Length && PlainText.IsHangul(text[end]))
            end++;
        return text[from..end];
    }
}

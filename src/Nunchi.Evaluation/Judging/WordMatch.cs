namespace Nunchi.Evaluation.Judging;

/// <summary>Whether words stand at a place among tokens; the last one may carry Korean particles.</summary>
internal static class WordMatch
{
    public static bool At(IReadOnlyList<string> tokens, int start, IReadOnlyList<string> words, out string tail)
    {
        tail = "";
        if (start + words.Count > tokens.Count)
            return false;
        for (int i = 0; i < words.Count - 1; i++)
        {
            if (!string.Equals(tokens[start + i], words[i], StringComparison.OrdinalIgnoreCase))
                return false;
        }
        string last = words[^1], token = tokens[start + words.Count - 1];
        if (!token.StartsWith(last, StringComparison.OrdinalIgnoreCase))
            return false;
        tail = token[last.Length..];
        return tail.Length == 0 || (PlainText.IsHangul(last[^1]) && WordEndings.FollowNoun(tail));
    }
}

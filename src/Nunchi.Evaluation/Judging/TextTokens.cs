using System.Text;

namespace Nunchi.Evaluation.Judging;

/// <summary>Words of a text in lower case without the punctuation around them; what stands in quotes is left out where asked.</summary>
internal static class TextTokens
{
    public static List<string> Of(string text)
    {
        var tokens = new List<string>();
        var word = new StringBuilder();
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c) || (c is '-' && word.Length > 0))
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (word.Length > 0)
            {
                tokens.Add(word.ToString());
                word.Clear();
            }
        }
        if (word.Length > 0)
            tokens.Add(word.ToString());
        return tokens;
    }

    /// <summary>The text without its quoted parts, which tell what is written and not what is there.</summary>
    public static string WithoutQuotes(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char close = text[i] switch { '\'' => '\'', '"' => '"', '‘' => '’', '“' => '”', '「' => '」', _ => '\0' };
            bool opens = close != '\0' && (i == 0 || !char.IsLetterOrDigit(text[i - 1]));
            int end = opens ? text.IndexOf(close, i + 1) : -1;
            if (end < 0)
            {
                result.Append(text[i]);
                continue;
            }
            result.Append(' ');
            i = end;
        }
        return result.ToString();
    }
}

using System.Text;

namespace Nunchi.Data.Tasks;

/// <summary>
/// Fills sentences: "{0}" takes a word as it is, "{0은}" the word with the particle that fits its last sound (은/는, 이/가, 을/를, 과/와, 으로/로, 이라고/라고 ...),
/// "{0'은}" the word in quotes with the particle after them.
/// </summary>
internal static class Phrase
{
    public static string Fill(string template, params ReadOnlySpan<string> words)
    {
        var result = new StringBuilder(template.Length + 16);
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != '{')
            {
                result.Append(template[i]);
                continue;
            }
            int end = template.IndexOf('}', i);
            string word = words[template[i + 1] - '0'];
            bool quoted = template[i + 2] == '\'';
            string particle = template[(quoted ? i + 3 : i + 2)..end];
            result.Append(quoted ? $"'{word}'" : word);
            if (particle.Length > 0)
                result.Append(Particles.Of(Plain(word), particle));
            i = end;
        }
        return result.ToString();
    }

    /// <summary>What is spoken last: the words of a tag without its boxes, or what follows the last tag.</summary>
    private static string Plain(string text)
    {
        if (!text.EndsWith('>'))
            return text[(text.LastIndexOf('>') + 1)..];
        int close = text.LastIndexOf("</", text.LastIndexOf("<bbox>", StringComparison.Ordinal), StringComparison.Ordinal);
        return text[(text.LastIndexOf('>', close) + 1)..close];
    }
}

using System.Text;

namespace Nunchi.Data.Tasks;

/// <summary>
/// Fills sentences: "{0}" takes a word as it is, "{0은}" the word with the particle that fits its last sound (은/는, 이/가, 을/를, 과/와, 으로/로, 이라고/라고, 이에요/예요, 이야/야, 이고/고).
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
            result.Append(word);
            if (end > i + 2)
                result.Append(Particles.Of(word, template[(i + 2)..end]));
            i = end;
        }
        return result.ToString();
    }
}

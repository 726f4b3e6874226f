using System.Text;

namespace Nunchi.Evaluation.Judging;

/// <summary>Texts as they are compared: white space of any kind and length is one space, none at the ends.</summary>
internal static class PlainText
{
    public static string Of(string text)
    {
        var result = new StringBuilder(text.Length);
        bool gap = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                gap = result.Length > 0;
                continue;
            }
            if (gap)
                result.Append(' ');
            gap = false;
            result.Append(c);
        }
        return result.ToString();
    }

    public static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public static bool IsHangul(char c) => c is >= '가' and <= '힣';
}

using System.Globalization;
using System.Text;

namespace Nunchi.Text.Templates;

/// <summary>The codes of C's <c>strftime</c> that dates in prompts use.</summary>
internal static class TimeFormat
{
    public static string Format(Renderer renderer, DateTimeOffset time, string format)
    {
        renderer.CheckLength(format.Length * 16L);
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var plain = format[++i] == '-' && i + 1 < format.Length;
            var code = plain ? format[++i] : format[i];
            var piece = Piece(code, time) ?? throw renderer.Error($"strftime code %{code} is not supported");
            text.Append(plain && piece.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : piece);
        }

        return text.ToString();
    }

    private static string? Piece(char code, DateTimeOffset time)
    {
        var pattern = code switch
        {
            'Y' => "yyyy",
            'y' => "yy",
            'm' => "MM",
            'B' => "MMMM",
            'b' or 'h' => "MMM",
            'd' => "dd",
            'A' => "dddd",
            'a' => "ddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'f' => "ffffff",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            'D' => "MM/dd/yy",
            'R' => "HH:mm",
            _ => null,
        };
        if (pattern is not null)
            return time.ToString(pattern, CultureInfo.InvariantCulture);
        return code switch
        {
            'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'z' => time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal),
            'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            _ => null,
        };
    }
}

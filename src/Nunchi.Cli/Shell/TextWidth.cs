using System.Globalization;
using System.Text;

namespace Nunchi.Cli;

/// <summary>Columns that text takes on a terminal: Hangul, Han, kana and emoji take two, combining marks none.</summary>
internal static class TextWidth
{
    public static int Of(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
            width += Of(rune);
        return width;
    }

    public static int Of(Rune rune)
    {
        int value = rune.Value;
        if (value < 0x300)
            return value is < 0x20 or (>= 0x7F and < 0xA0) ? 0 : 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        // Vowels and finals of decomposed Hangul join the initial before them.
        if (value is >= 0x1160 and <= 0x11FF)
            return 0;
        return IsWide(value) ? 2 : 1;
    }

    /// <summary>The start of the text, at most so many columns wide.</summary>
    public static string Cut(string text, int columns)
    {
        int width = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Of(rune);
            if (width > columns)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }
        return text;
    }

    // The ranges that Unicode's EastAsianWidth gives as W or F, joined where nothing narrow in common use lies between.
    private static bool IsWide(int value) => value
        is >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0x303E or >= 0x3041 and <= 0x4DBF or >= 0x4E00 and <= 0xA4CF
        or >= 0xA960 and <= 0xA97F or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F
        or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1F64F or >= 0x1F680 and <= 0x1F6FF
        or >= 0x1F900 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD;
}

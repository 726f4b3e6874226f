using System.Globalization;

namespace Nunchi.Text;

/// <summary>The classes of code points that pre-tokenisation patterns ask for: \p{L}, \p{N}, \s and all else.</summary>
internal static class CodePointClass
{
    public const byte Other = 0, Letter = 1, Number = 2, Space = 3;

    private static readonly byte[] Plane0 = MakePlane0();

    /// <summary>The class of the code point at an index and its length in UTF-16 units; an unpaired surrogate is <see cref="Other"/>.</summary>
    public static byte At(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        length = 1;
        if (!char.IsSurrogate(unit))
            return Plane0[unit];
        if (char.IsHighSurrogate(unit) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return Of(char.ConvertToUtf32(unit, text[index + 1]));
        }

        return Other;
    }

    private static byte[] MakePlane0()
    {
        var classes = new byte[0x10000];
        for (var code = 0; code < classes.Length; code++)
            classes[code] = Of(code);
        return classes;
    }

    private static byte Of(int code)
    {
        if (code < 0x10000 && char.IsWhiteSpace((char)code))
            return Space;
        return CharUnicodeInfo.GetUnicodeCategory(code) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
            _ => Other,
        };
    }
}

using System.Text;

namespace Nunchi.Data.Fonts;

/// <summary>The 2,350 Hangul syllables of KS X 1001, which cover nearly all written Korean and which every Korean font has.</summary>
public static class KsSyllables
{
    /// <summary>How many there are.</summary>
    public const int Count = 2350;

    /// <summary>All of them in the order of the standard (which is the order of Unicode).</summary>
    public static string Text { get; } = Decode();

    private static string Decode()
    {
        // Rows 16 to 40 of the 94 x 94 table, encoded by EUC-KR as 0xB0..0xC8, 0xA1..0xFE.
        byte[] bytes = new byte[Count * 2];
        int at = 0;
        for (int row = 0xB0; row <= 0xC8; row++)
        {
            for (int cell = 0xA1; cell <= 0xFE; cell++)
            {
                bytes[at++] = (byte)row;
                bytes[at++] = (byte)cell;
            }
        }

        Encoding korean = CodePagesEncodingProvider.Instance.GetEncoding(51949)
            ?? throw new PlatformNotSupportedException("The runtime has no EUC-KR encoding (code page 51949).");
        return korean.GetString(bytes);
    }
}

using System.Buffers;
using System.Text;

namespace Nunchi.Text;

/// <summary>
/// The printable alphabet in which byte-level BPE files spell bytes (GPT-2's <c>bytes_to_unicode</c>): printable Latin-1 bytes stand for themselves,
/// the other 68 are written as U+0100 onwards, in byte order.
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] Characters = MakeCharacters();
    private static readonly short[] Bytes = MakeBytes(Characters);

    /// <summary>The 256 bytes in the order of their characters, which is the order of ids in a trained vocabulary.</summary>
    public static IEnumerable<byte> InCharacterOrder => Enumerable.Range(0, 256).OrderBy(b => Characters[b]).Select(b => (byte)b);

    public static char ToCharacter(byte value) => Characters[value];

    /// <summary>The spelling of some bytes.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
            text.Append(Characters[value]);
        return text.ToString();
    }

    /// <summary>
    /// Reads a spelling in UTF-8 into bytes.
    /// </summary>
    /// <returns>The number of bytes written, or -1 when a character is not of the alphabet or the UTF-8 is broken.</returns>
    public static int Read(ReadOnlySpan<byte> spelling, Span<byte> destination)
    {
        var count = 0;
        while (!spelling.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(spelling, out var rune, out var used) != OperationStatus.Done)
                return -1;
            if (rune.Value >= Bytes.Length || Bytes[rune.Value] < 0)
                return -1;
            destination[count++] = (byte)Bytes[rune.Value];
            spelling = spelling[used..];
        }

        return count;
    }

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            characters[value] = printable ? (char)value : (char)next++;
        }

        return characters;
    }

    private static short[] MakeBytes(char[] characters)
    {
        var bytes = new short[0x144];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[characters[value]] = (short)value;
        return bytes;
    }
}

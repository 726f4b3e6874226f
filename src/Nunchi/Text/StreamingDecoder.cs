using System.Buffers;
using System.Text;

namespace Nunchi.Text;

/// <summary>
/// Turns token ids into text as they come. A token may end inside a character (a Korean syllable is three bytes); its first bytes are held back until
/// the rest has come, so no piece ever shows half a character. For one sequence and one thread.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="skipSpecial">Whether special tokens are left out.</param>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool skipSpecial = false)
{
    private readonly byte[] _held = new byte[3];
    private int _heldCount;

    /// <summary>Takes the next id.</summary>
    /// <returns>The text that is complete now; empty when a character is still unfinished.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id has no token.</exception>
    public string Push(int id)
    {
        var bytes = tokenizer.TokenBytes(id).Span;
        return skipSpecial && tokenizer.IsSpecial(id) ? "" : Decode(bytes);
    }

    /// <summary>Takes the next ids.</summary>
    /// <returns>The text that is complete now.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An id has no token.</exception>
    public string Push(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(Push(id));
        return text.ToString();
    }

    /// <summary>Ends the sequence; the decoder can then be used for the next one.</summary>
    /// <returns>U+FFFD when the sequence ended inside a character, else nothing.</returns>
    public string Flush()
    {
        var text = Encoding.UTF8.GetString(_held.AsSpan(0, _heldCount));
        _heldCount = 0;
        return text;
    }

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        Span<byte> small = stackalloc byte[128];
        var all = bytes.Length + 3 <= small.Length ? small : new byte[bytes.Length + 3];
        _held.AsSpan(0, _heldCount).CopyTo(all);
        bytes.CopyTo(all[_heldCount..]);
        all = all[..(_heldCount + bytes.Length)];
        _heldCount = Unfinished(all);
        all[^_heldCount..].CopyTo(_held);
        return Encoding.UTF8.GetString(all[..^_heldCount]);
    }

    /// <summary>How many bytes at the end begin a character without ending it.</summary>
    private static int Unfinished(ReadOnlySpan<byte> bytes)
    {
        for (var count = Math.Min(3, bytes.Length); count > 0; count--)
        {
            if (Rune.DecodeFromUtf8(bytes[^count..], out _, out _) == OperationStatus.NeedMoreData)
                return count;
        }

        return 0;
    }
}

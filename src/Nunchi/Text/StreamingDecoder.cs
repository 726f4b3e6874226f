using System.Text;
using Nunchi.Text.Decoding;

namespace Nunchi.Text;

/// <summary>
/// Turns token ids into text as they come. A token may end inside a character (a Korean syllable is three bytes); its first bytes are held back until
/// the rest has come, so no piece ever shows half a character. All pieces together are what <see cref="Tokenizer.Decode"/> gives. For one sequence and one thread.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="skipSpecial">Whether special tokens are left out.</param>
/// <remarks>
/// Tokenizers on characters hold back a run of byte tokens until a token that is none: only then is it known whether they are text.
/// The blank that they put before a text is left out at the start of the sequence, and nowhere else.
/// </remarks>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool skipSpecial = false)
{
    private readonly TextAssembler _assembler = tokenizer.Assemble();

    /// <summary>Takes the next id.</summary>
    /// <returns>The text that is complete now; empty when a character is still unfinished.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id has no token.</exception>
    public string Push(int id)
    {
        tokenizer.Check(id);
        return skipSpecial && tokenizer.IsSpecial(id) ? "" : _assembler.Push(id);
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
    /// <returns>U+FFFD when the sequence ended inside a character, else nothing or the text that was held back.</returns>
    public string Flush() => _assembler.Flush();
}

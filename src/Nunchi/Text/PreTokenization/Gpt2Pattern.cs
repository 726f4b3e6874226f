namespace Nunchi.Text.PreTokenization;

/// <summary>
/// The GPT-2 pattern, which <c>ByteLevel</c> applies by itself when its <c>use_regex</c> is on:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// </summary>
internal sealed class Gpt2Pattern : CoveringPattern
{
    /// <summary>The pattern as files spell it.</summary>
    public const string Spelling = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    public override int Next(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'')
        {
            foreach (var contraction in Contractions)
            {
                if (text[start..].StartsWith(contraction))
                    return start + contraction.Length;
            }
        }

        var from = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = CodePointClass.At(text, from, out var length);
        if (kind != CodePointClass.Space)
            return Skip(text, from + length, kind);
        var end = Skip(text, start, CodePointClass.Space);
        return end < text.Length && end - start > 1 ? end - 1 : end;
    }

    private static int Skip(ReadOnlySpan<char> text, int at, byte kind)
    {
        while (at < text.Length && CodePointClass.At(text, at, out var length) == kind)
            at += length;
        return at;
    }
}

namespace Nunchi.Text.PreTokenization;

/// <summary>
/// The GPT-4 family of patterns, written out by hand on code points:
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,DIGITS}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// Qwen2 and Qwen3 take one digit at a time, GPT-4 and Llama 3 up to three.
/// </summary>
internal sealed class Gpt4Pattern(int digits) : CoveringPattern
{
    private const string Head = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Tail = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The pattern as Qwen's tokenizer files spell it.</summary>
    public const string Qwen = Head + @"\p{N}" + Tail;

    /// <summary>The pattern as Llama 3's tokenizer files spell it.</summary>
    public const string ThreeDigits = Head + @"\p{N}{1,3}" + Tail;

    public override int Next(ReadOnlySpan<char> text, int start)
    {
        var kind = CodePointClass.At(text, start, out var length);
        var next = start + length;
        if (kind == CodePointClass.Letter)
            return SkipLetters(text, next);
        if (kind == CodePointClass.Number)
            return SkipNumbers(text, next, digits - 1);
        var first = text[start];
        if (first == '\'' && Contraction(text[next..]) is var suffix and > 0)
            return next + suffix;
        if (first is not ('\r' or '\n') && next < text.Length && CodePointClass.At(text, next, out length) == CodePointClass.Letter)
            return SkipLetters(text, next + length);
        if (kind == CodePointClass.Other)
            return SkipOthers(text, next);
        if (first == ' ' && next < text.Length && CodePointClass.At(text, next, out length) == CodePointClass.Other)
            return SkipOthers(text, next + length);
        return SkipSpaces(text, start);
    }

    /// <summary>The length of what follows an apostrophe when it is an English contraction; the long s folds to s.</summary>
    private static int Contraction(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return 0;
        var first = Fold(text[0]);
        if (first is 's' or 't' or 'm' or 'd')
            return 1;
        if (text.Length < 2)
            return 0;
        return (first, Fold(text[1])) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 2 : 0;
    }

    private static char Fold(char unit) => unit == '\u017F' ? 's' : (char)(unit | 0x20);

    private static int SkipLetters(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && CodePointClass.At(text, at, out var length) == CodePointClass.Letter)
            at += length;
        return at;
    }

    private static int SkipNumbers(ReadOnlySpan<char> text, int at, int more)
    {
        for (; more > 0 && at < text.Length && CodePointClass.At(text, at, out var length) == CodePointClass.Number; more--)
            at += length;
        return at;
    }

    private static int SkipOthers(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && CodePointClass.At(text, at, out var length) == CodePointClass.Other)
            at += length;
        while (at < text.Length && text[at] is '\r' or '\n')
            at++;
        return at;
    }

    // A run of blanks ends after its last line break; without one it leaves its last blank to the next piece.
    private static int SkipSpaces(ReadOnlySpan<char> text, int start)
    {
        int at = start, afterBreak = -1;
        while (at < text.Length && CodePointClass.At(text, at, out _) == CodePointClass.Space)
        {
            if (text[at++] is '\r' or '\n')
                afterBreak = at;
        }

        if (afterBreak > 0)
            return afterBreak;
        return at < text.Length && at - start > 1 ? at - 1 : at;
    }
}

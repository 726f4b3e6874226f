namespace Nunchi.Text.PreTokenization;

/// <summary>Cuts text into pieces that are encoded each by itself.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Adds the pieces of a text as ranges of it, in order; a piece is never empty.</summary>
    public abstract void Split(ReadOnlySpan<char> text, List<Range> pieces);
}

/// <summary>A pattern that covers every text, so that pieces follow each other without gaps.</summary>
internal abstract class CoveringPattern : PreTokenizer
{
    /// <summary>Where the piece that starts at <paramref name="start"/> ends; always past the start.</summary>
    public abstract int Next(ReadOnlySpan<char> text, int start);

    public override void Split(ReadOnlySpan<char> text, List<Range> pieces)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = Next(text, start);
            pieces.Add(start..end);
            start = end;
        }
    }
}

/// <summary>Several steps, each cutting the pieces of the one before.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, List<Range> pieces)
    {
        List<Range> current = [new Range(0, text.Length)];
        foreach (var step in steps)
        {
            List<Range> next = [], inner = [];
            foreach (var piece in current)
            {
                var (offset, length) = piece.GetOffsetAndLength(text.Length);
                inner.Clear();
                step.Split(text.Slice(offset, length), inner);
                foreach (var part in inner)
                    next.Add((offset + part.Start.Value)..(offset + part.End.Value));
            }

            current = next;
        }

        pieces.AddRange(current);
    }
}

/// <summary>Sets digits apart from everything else, one by one or in runs (Hugging Face's <c>Digits</c>).</summary>
internal sealed class DigitSplitter(bool individually) : CoveringPattern
{
    public override int Next(ReadOnlySpan<char> text, int start)
    {
        var digits = CodePointClass.At(text, start, out var length) == CodePointClass.Number;
        var end = start + length;
        if (digits && individually)
            return end;
        while (end < text.Length && CodePointClass.At(text, end, out length) == CodePointClass.Number == digits)
            end += length;
        return end;
    }
}

using System.Text;
using Nunchi.Text.BytePairs;

namespace Nunchi.Text.Decoding;

/// <summary>A decoder as the file describes it.</summary>
/// <param name="Steps">Makes each step, given the one that follows it.</param>
/// <param name="Replacements">What is replaced in the text of any token, wherever it stands.</param>
/// <param name="ReadsBytes">Whether tokens such as <c>&lt;0xEA&gt;</c> stand for bytes.</param>
internal sealed record PieceDecoder(
    IReadOnlyList<Func<PieceStep, PieceStep>> Steps, IReadOnlyList<(string Pattern, string Content)> Replacements, bool ReadsBytes)
{
    /// <summary>The bytes that a token adds to a text that has begun.</summary>
    public byte[] Bytes(string spelling)
    {
        foreach (var (pattern, content) in Replacements)
            spelling = spelling.Replace(pattern, content, StringComparison.Ordinal);
        return ReadsBytes && GatherBytes.TryRead(spelling, out var value) ? [value] : Encoding.UTF8.GetBytes(spelling);
    }
}

/// <summary>Text of tokens that are pieces of text.</summary>
internal sealed class PieceAssembler : TextAssembler
{
    private readonly Vocabulary _vocabulary;
    private readonly PieceCollector _text = new();
    private readonly PieceStep _first;

    public PieceAssembler(Vocabulary vocabulary, PieceDecoder decoder)
    {
        _vocabulary = vocabulary;
        _first = decoder.Steps.Reverse().Aggregate((PieceStep)_text, (next, make) => make(next));
    }

    public override string Push(int id)
    {
        Take(id);
        return _text.Drain();
    }

    public override string Flush()
    {
        _first.End();
        return _text.Drain();
    }

    /// <summary>Takes an id without giving text yet.</summary>
    public void Take(int id) => _first.Take(Encoding.UTF8.GetString(_vocabulary.Span(id)));
}

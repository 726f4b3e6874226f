using System.Text;
using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>From tokens to what a person sees: text without half characters, ended at stop strings, its tags turned into spans.</summary>
internal sealed class AnswerStream(Tokenizer tokenizer, IReadOnlyList<string> stopStrings)
{
    private readonly StreamingDecoder _decoder = new(tokenizer);
    private readonly StopStrings _stops = new(stopStrings);
    private readonly GroundingParser _parser = new();
    private readonly StringBuilder _raw = new();

    public bool Stopped => _stops.Stopped;

    public string RawText => _raw.ToString();

    public string Text => _parser.Text;

    public IReadOnlyList<GroundedSpan> Spans => _parser.Spans;

    public IReadOnlyList<GroundingOddity> Oddities => _parser.Oddities;

    /// <summary>Takes a token; control tokens that are no grounding tags leave no trace.</summary>
    public IReadOnlyList<AnswerUpdate> Push(int id)
    {
        if (tokenizer.IsSpecial(id) && !GroundingMarkup.All.Contains(Encoding.UTF8.GetString(tokenizer.TokenBytes(id).Span)))
            return [];
        return Take(_stops.Append(_decoder.Push(id)));
    }

    /// <summary>Ends the answer.</summary>
    public IReadOnlyList<AnswerUpdate> Finish() =>
        [.. Take(_stops.Append(_decoder.Flush())), .. Take(_stops.Finish()), .. _parser.Finish()];

    private IReadOnlyList<AnswerUpdate> Take(string piece)
    {
        if (piece.Length == 0)
            return [];
        _raw.Append(piece);
        return _parser.Append(piece);
    }
}

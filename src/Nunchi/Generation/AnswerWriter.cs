using System.Diagnostics;
using Nunchi.Chat;
using Nunchi.Generation.Drafting;
using Nunchi.Generation.Searching;
using Nunchi.Grounding;
using Nunchi.Models;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>A prompt that the decoder has taken in.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="ImageTokens">How many of them stand for pictures.</param>
/// <param name="Watch">Runs since the question came.</param>
/// <param name="Encoded">When its pictures were encoded.</param>
/// <param name="TakenIn">When its last token was taken in.</param>
internal readonly record struct TakenPrompt(IReadOnlyList<int> Ids, int ImageTokens, Stopwatch Watch, TimeSpan Encoded, TimeSpan TakenIn)
{
    /// <summary>How many of them a cache held already.</summary>
    public int Cached { get; init; }

    /// <summary>Tokens of the prompt as the look that sees most of them has it, where there are several looks.</summary>
    public int Longest { get; init; }

    /// <summary>Positions that it takes.</summary>
    public int Positions => Math.Max(Longest, Ids.Count);

    /// <summary>Counts what is drafted while the answer is written; null when nothing is.</summary>
    public DraftCounts? Drafts { get; init; }
}

/// <summary>Writes an answer: chooses token after token, until one ends it, a stop string appears or there is no room, and tells its text, spans and numbers.</summary>
/// <param name="tokenizer">Turns tokens into text.</param>
/// <param name="maxPositions">Tokens that prompt and answer may have together.</param>
/// <param name="config">What holds where the options leave it to the checkpoint.</param>
/// <param name="endTokens">Tokens that end an answer.</param>
/// <param name="forbidden">Tokens that are never chosen; nor are ids that the tokenizer leaves out.</param>
internal sealed class AnswerWriter(Tokenizer tokenizer, int maxPositions, GenerationConfig config, IReadOnlyCollection<int> endTokens, IReadOnlyCollection<int> forbidden)
{
    private readonly IReadOnlyCollection<int> _forbidden = [.. forbidden, .. Enumerable.Range(0, tokenizer.VocabularySize).Where(id => !tokenizer.HasToken(id))];

    /// <summary>Most tokens of an answer.</summary>
    public int Most(int promptTokens, GenerationOptions options) => Math.Min(options.MaxTokens, maxPositions - promptTokens);

    /// <summary>Whether an answer is searched for, and not made token by token.</summary>
    public bool Searches(GenerationOptions options) => config.Complete(options).Beams > 1;

    /// <summary>How often pictures are looked at.</summary>
    public int Looks(GenerationOptions options) => config.Complete(options).Looks ?? 1;

    /// <param name="prompt">What was taken in.</param>
    /// <param name="logits">[vocabulary] after its last token.</param>
    /// <param name="options">How to choose and where to stop.</param>
    /// <param name="step">Takes in what was chosen.</param>
    /// <param name="states">Keys and values for a search, where one is asked for.</param>
    /// <param name="emit">Told every update, the completed answer last.</param>
    /// <param name="goOn">Called before every token; throws to stop.</param>
    public void Write(TakenPrompt prompt, ReadOnlyMemory<float> logits, GenerationOptions options, TokenStep step, Func<BeamStates> states, Action<AnswerUpdate> emit, Action goOn)
    {
        GenerationOptions complete = config.Complete(options);
        HashSet<int> ends = [.. endTokens, .. options.StopTokenIds];
        var rules = new TokenRules(complete, logits.Length, prompt.Ids, tokenizer.VocabularySize, _forbidden, ends);
        Func<ReadOnlyMemory<float>, int, TokenChosen>? describe = options.TopLogprobs is { } top ? (row, id) => Logprobs.Of(row.Span, id, top, tokenizer) : null;
        if (complete.Beams is not > 1)
        {
            Write(prompt, options, ends, new SampledTokens(new Sampler(complete, rules), logits, step, describe), emit, goOn);
            return;
        }
        using BeamStates beams = states();
        var search = new BeamSearch(rules, new BeamSearchOptions(complete.Beams.Value, complete.LengthPenalty ?? 1, Most(prompt.Positions, options), ends) { Boxes = BoxTags(), Describe = describe });
        var tokens = new BeamTokens(search, logits, beams, goOn);
        Write(prompt, options, ends, tokens, emit, goOn);
        beams.Remember(tokens.Given);
    }

    private (int Open, int Close)? BoxTags() =>
        tokenizer.TokenId(GroundingMarkup.BoxOpen) is { } open && tokenizer.TokenId(GroundingMarkup.BoxClose) is { } close ? (open, close) : null;

    private void Write(TakenPrompt prompt, GenerationOptions options, HashSet<int> ends, ITokenSource tokens, Action<AnswerUpdate> emit, Action goOn)
    {
        var stream = new AnswerStream(tokenizer, options.StopStrings);
        int most = Most(prompt.Positions, options), produced = 0;
        TimeSpan first = default;
        FinishReason reason;
        do
        {
            goOn();
            var (id, chosen) = tokens.Next();
            if (produced++ == 0)
                first = prompt.Watch.Elapsed;
            reason = FinishReason.Stop;
            if (chosen != null)
                emit(chosen);
            if (ends.Contains(id))
                break;
            foreach (AnswerUpdate update in stream.Push(id))
                emit(update);
            if (stream.Stopped)
                break;
            reason = FinishReason.Length;
        }
        while (produced < most);
        foreach (AnswerUpdate update in stream.Finish())
            emit(update);
        TimeSpan total = prompt.Watch.Elapsed;
        emit(new AnswerCompleted(new Answer
        {
            Text = stream.Text,
            RawText = stream.RawText,
            Spans = stream.Spans,
            Oddities = [.. stream.Oddities],
            Usage = new Usage(prompt.Ids.Count, prompt.ImageTokens, produced)
            {
                CachedTokens = prompt.Cached,
                DraftedTokens = prompt.Drafts?.Drafted ?? 0,
                AcceptedTokens = prompt.Drafts?.Accepted ?? 0,
            },
            Timings = new Timings { Encode = prompt.Encoded, Prefill = prompt.TakenIn - prompt.Encoded, FirstToken = first, Decode = total - first, Total = total },
            FinishReason = reason,
        }));
    }
}

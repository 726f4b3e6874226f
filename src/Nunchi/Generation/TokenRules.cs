using System.Runtime.InteropServices;
using Nunchi.Chat;

namespace Nunchi.Generation;

/// <summary>What changes the logits before a token is chosen, in the order of transformers: penalties, rows of tokens that may not come twice, ids that are never chosen, no end before its time.</summary>
/// <param name="options">The penalties and limits.</param>
/// <param name="vocabulary">Logits a step.</param>
/// <param name="prompt">The prompt's tokens, which count for the repetition penalty and for rows of tokens that may not come twice.</param>
/// <param name="allowed">Only ids below this are chosen; the head may have more rows than the tokenizer has ids.</param>
/// <param name="forbidden">Ids never chosen, such as the image token.</param>
/// <param name="ends">Ids that end an answer: not chosen before <see cref="GenerationOptions.MinTokens"/> tokens.</param>
internal sealed class TokenRules(GenerationOptions options, int vocabulary, IReadOnlyList<int> prompt, int allowed, IReadOnlyCollection<int> forbidden, IReadOnlyCollection<int> ends)
{
    private readonly float _repetition = (float)(options.RepetitionPenalty ?? 1);
    private readonly int _repeatLength = options.NoRepeatNGramSize ?? 0;
    private readonly int _answerRepeatLength = options.AnswerNoRepeatNGramSize ?? 0;
    private readonly HashSet<int> _prompt = (options.RepetitionPenalty ?? 1) == 1 ? [] : [.. prompt];
    private readonly HashSet<int> _seen = [];
    private readonly Dictionary<int, int> _times = [];
    private readonly List<int> _conversation = [];

    /// <summary>Logits a step.</summary>
    public int Vocabulary => vocabulary;

    /// <summary>Changes logits, or log-probabilities; what may not be chosen becomes negative infinity.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="answer">The tokens chosen so far.</param>
    public void Apply(Span<float> logits, ReadOnlySpan<int> answer)
    {
        Penalise(logits, answer);
        ForbidRepeats(logits, answer);
        logits[Math.Min(allowed, vocabulary)..].Fill(float.NegativeInfinity);
        Forbid(logits, forbidden);
        if (answer.Length < options.MinTokens)
            Forbid(logits, ends);
    }

    private static void Forbid(Span<float> logits, IReadOnlyCollection<int> ids)
    {
        foreach (int id in ids)
        {
            if (id >= 0 && id < logits.Length)
                logits[id] = float.NegativeInfinity;
        }
    }

    private void Penalise(Span<float> logits, ReadOnlySpan<int> answer)
    {
        if (_repetition != 1)
        {
            foreach (int id in _prompt)
                Repeat(logits, id);
            _seen.Clear();
            foreach (int id in answer)
            {
                if (!_prompt.Contains(id) && _seen.Add(id))
                    Repeat(logits, id);
            }
        }
        if (options.PresencePenalty == 0 && options.FrequencyPenalty == 0)
            return;
        _times.Clear();
        foreach (int id in answer)
            _times[id] = _times.GetValueOrDefault(id) + 1;
        foreach (var (id, times) in _times)
            logits[id] -= (float)(options.PresencePenalty + (options.FrequencyPenalty * times));
    }

    private void Repeat(Span<float> logits, int id)
    {
        if (id >= 0 && id < logits.Length)
            logits[id] = logits[id] > 0 ? logits[id] / _repetition : logits[id] * _repetition;
    }

    private void ForbidRepeats(Span<float> logits, ReadOnlySpan<int> answer)
    {
        if (_repeatLength > 0)
        {
            if (_conversation.Count == 0)
                _conversation.AddRange(prompt);
            _conversation.RemoveRange(prompt.Count, _conversation.Count - prompt.Count);
            _conversation.AddRange(answer);
            ForbidRepeats(logits, CollectionsMarshal.AsSpan(_conversation), _repeatLength);
        }
        ForbidRepeats(logits, answer, _answerRepeatLength);
    }

    // A token is forbidden when with those before it it would make a row that was there before.
    private static void ForbidRepeats(Span<float> logits, ReadOnlySpan<int> all, int length)
    {
        int before = length - 1;
        if (length == 0 || all.Length < length)
            return;
        ReadOnlySpan<int> last = all[^before..];
        for (int at = 0; at + before < all.Length; at++)
        {
            if (all[at + before] is >= 0 and var id && id < logits.Length && all.Slice(at, before).SequenceEqual(last))
                logits[id] = float.NegativeInfinity;
        }
    }
}

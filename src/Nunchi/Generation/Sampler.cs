using System.Runtime.InteropServices;
using Nunchi.Chat;
using Nunchi.Models;

namespace Nunchi.Generation;

/// <summary>
/// Chooses the next token: penalties and what may not be chosen (<see cref="TokenRules"/>), temperature, top-k, top-p (Holtzman et al. 2020) and min-p (Nguyen et al. 2024), in the order of transformers.
/// Remembers what it chose, for the penalties.
/// </summary>
public sealed class Sampler
{
    private readonly GenerationOptions _options;
    private readonly SeededRandom _random;
    private readonly TokenRules _rules;
    private readonly List<int> _answer = [];
    private readonly float[] _logits;
    private int[] _candidates = [];
    private double[] _weights = [];

    /// <summary>A sampler for one answer.</summary>
    /// <param name="options">How to sample.</param>
    /// <param name="vocabulary">Logits a step.</param>
    /// <param name="prompt">The prompt's tokens, which count for the repetition penalty and for rows of tokens that may not come twice.</param>
    /// <param name="allowed">Only ids below this are chosen; the head may have more rows than the tokenizer has ids.</param>
    /// <param name="forbidden">Ids never chosen, such as the image token.</param>
    /// <param name="ends">Ids that end an answer: not chosen before <see cref="GenerationOptions.MinTokens"/> tokens.</param>
    public Sampler(GenerationOptions options, int vocabulary, IEnumerable<int>? prompt = null, int allowed = int.MaxValue, IEnumerable<int>? forbidden = null, IEnumerable<int>? ends = null)
        : this(options, new TokenRules(options, vocabulary, [.. prompt ?? []], allowed, [.. forbidden ?? []], [.. ends ?? []]))
    {
    }

    internal Sampler(GenerationOptions options, TokenRules rules)
    {
        _options = options;
        _random = new SeededRandom(options.Seed, "sampler");
        _rules = rules;
        _logits = new float[rules.Vocabulary];
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <exception cref="ArgumentException">There are not as many logits as the vocabulary has tokens.</exception>
    /// <exception cref="InvalidDataException">No token has a finite logit: the weights are broken.</exception>
    public int Next(ReadOnlySpan<float> logits)
    {
        if (logits.Length != _logits.Length)
            throw new ArgumentException($"{logits.Length} logits were given for a vocabulary of {_logits.Length}.", nameof(logits));
        logits.CopyTo(_logits);
        _rules.Apply(_logits, CollectionsMarshal.AsSpan(_answer));
        int best = IndexOfLargest(_logits);
        int next = _options.Temperature == 0 ? best : Draw(_logits, _logits[best]);
        _answer.Add(next);
        return next;
    }

    private int Draw(Span<float> logits, float largest)
    {
        int count = Candidates(logits, largest);
        double total = 0;
        for (int i = 0; i < count; i++)
            total += _weights[i];
        double at = _random.NextDouble() * total;
        for (int i = 0; i < count; i++)
        {
            at -= _weights[i];
            if (at < 0)
                return _candidates[i];
        }
        return _candidates[count - 1];
    }

    /// <summary>Fills candidates and their weights (probabilities up to a common factor): in id order when nothing is cut, else most likely first.</summary>
    private int Candidates(Span<float> logits, float largest)
    {
        if (_candidates.Length < logits.Length)
            (_candidates, _weights) = (new int[logits.Length], new double[logits.Length]);
        bool ranked = _options.TopK > 0 || _options.TopP < 1;
        double total = 0;
        int count = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            double weight = Math.Exp((logits[id] - largest) / _options.Temperature);
            if (weight > 0)
            {
                (_candidates[count], _weights[count]) = (id, weight);
                count++;
                total += weight;
            }
        }
        if (ranked)
            count = Rank(count, total);
        return _options.MinP > 0 ? KeepLikely(count) : count;
    }

    private int Rank(int count, double total)
    {
        int kept = _options.TopK > 0 ? Math.Min(_options.TopK, count) : count;
        // Sorting a whole vocabulary is slow; what can matter is nearly always among the tokens above a small share of the largest.
        foreach (double share in (ReadOnlySpan<double>)[1e-3, 1e-6, 0])
        {
            int among = MoveLikelyFirst(count, share, out double sum);
            if (among < kept && (_options.TopK > 0 || sum < _options.TopP * total))
                continue;
            Array.Sort(_weights, _candidates, 0, among, Descending);
            StabiliseTies(among);
            kept = Math.Min(kept, among);
            break;
        }
        if (_options.TopP == 1)
            return kept;
        double all = total;
        if (_options.TopK > 0)
        {
            all = 0;
            for (int i = 0; i < kept; i++)
                all += _weights[i];
        }
        double reached = 0;
        for (int i = 0; i < kept; i++)
        {
            reached += _weights[i];
            if (reached >= _options.TopP * all)
                return i + 1;
        }
        return kept;
    }

    private static readonly Comparer<double> Descending = Comparer<double>.Create((a, b) => b.CompareTo(a));

    private int MoveLikelyFirst(int count, double share, out double sum)
    {
        int likely = 0;
        sum = 0;
        for (int i = 0; i < count; i++)
        {
            if (_weights[i] < share)
                continue;
            sum += _weights[i];
            (_weights[i], _weights[likely]) = (_weights[likely], _weights[i]);
            (_candidates[i], _candidates[likely]) = (_candidates[likely], _candidates[i]);
            likely++;
        }
        return likely;
    }

    // Equal weights in id order, so that the same seed gives the same token whatever the sort does.
    private void StabiliseTies(int count)
    {
        for (int i = 0; i < count;)
        {
            int end = i + 1;
            while (end < count && _weights[end] == _weights[i])
                end++;
            Array.Sort(_candidates, i, end - i);
            i = end;
        }
    }

    private int KeepLikely(int count)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (_weights[i] < _options.MinP)
                continue;
            (_weights[kept], _candidates[kept]) = (_weights[i], _candidates[i]);
            kept++;
        }
        return kept;
    }

    internal static InvalidDataException NothingFinite() => new("The model gave no finite logit; its weights are broken or their numbers overflow.");

    private static int IndexOfLargest(ReadOnlySpan<float> logits)
    {
        int best = -1;
        for (int id = 0; id < logits.Length; id++)
        {
            if (float.IsFinite(logits[id]) && (best < 0 || logits[id] > logits[best]))
                best = id;
        }
        return best >= 0 ? best : throw NothingFinite();
    }
}

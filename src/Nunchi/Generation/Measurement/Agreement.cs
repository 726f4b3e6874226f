using Nunchi.Chat;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Text;

namespace Nunchi.Generation.Measurement;

/// <summary>How far a model's next-token distributions are from another's over the same texts.</summary>
/// <param name="Tokens">Places compared.</param>
/// <param name="Divergence">Mean Kullback-Leibler divergence from the first model's distribution to the second's, in nats.</param>
/// <param name="LargestDivergence">The largest of them.</param>
/// <param name="Top1">Share of places where both find the same token likeliest.</param>
public sealed record Agreement(int Tokens, double Divergence, double LargestDivergence, double Top1)
{
    /// <summary>Compares two models of one shape.</summary>
    /// <param name="plain">The model that is taken as right.</param>
    /// <param name="rounded">The other.</param>
    /// <param name="tokenizer">Their tokenizer.</param>
    /// <param name="texts">Texts; each is compared at every token.</param>
    /// <exception cref="ArgumentException">There is no text, or one gives no token.</exception>
    public static Agreement Of(VisionLanguageModel plain, VisionLanguageModel rounded, Tokenizer tokenizer, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            throw new ArgumentException("There is no text to compare on.", nameof(texts));
        var sum = new Sum();
        foreach (string text in texts)
        {
            int[] ids = [.. tokenizer.Encode(text)];
            if (ids.Length == 0)
                throw new ArgumentException($"\"{text}\" gives no token.", nameof(texts));
            sum.Add(Logits(plain, ids), Logits(rounded, ids), plain.Config.Text.VocabularySize);
        }
        return sum.Mean();
    }

    /// <summary>Compares two models of one checkpoint along the first one's likeliest answers, at every token that it wrote. Each sees pictures with its own encoder.</summary>
    /// <param name="plain">The model that is taken as right and that answers.</param>
    /// <param name="rounded">The other.</param>
    /// <param name="directory">The checkpoint, for its tokenizer, template, images and ends.</param>
    /// <param name="conversations">Each ends with a question.</param>
    /// <param name="maxTokens">The most tokens of an answer.</param>
    /// <param name="done">Told after each conversation how many are done.</param>
    /// <param name="cancellation">Asked between tokens.</param>
    /// <exception cref="ArgumentException">There is no conversation, or one does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Agreement OfAnswers(
        VisionLanguageModel plain, VisionLanguageModel rounded, string directory, IEnumerable<IReadOnlyList<Message>> conversations, int maxTokens = 128, Action<int>? done = null, CancellationToken cancellation = default)
    {
        var asked = new MeasuredConversations(plain, directory, maxTokens);
        var sum = new Sum();
        int conversationsDone = 0;
        foreach (IReadOnlyList<Message> conversation in conversations)
        {
            cancellation.ThrowIfCancellationRequested();
            var (ids, pictures) = asked.Prepare(conversation, cancellation);
            var (answer, expected) = asked.Answer(ids, pictures, cancellation);
            int place = 0;
            float[] actual = MeasuredConversations.Follow(rounded, ids, pictures, _ => ++place < answer.Count ? answer[place - 1] : null, cancellation: cancellation);
            sum.Add(expected, actual, plain.Config.Text.VocabularySize);
            done?.Invoke(++conversationsDone);
        }
        return sum.Places > 0 ? sum.Mean() : throw new ArgumentException("There is no conversation to compare on.", nameof(conversations));
    }

    private static float[] Logits(VisionLanguageModel model, int[] ids)
    {
        using var tape = new Tape(model.Backend);
        using var generator = new Generator(model, tape);
        return generator.PrefillAll(ids, null, 0);
    }

    private static double DivergenceOf(ReadOnlySpan<float> p, ReadOnlySpan<float> q)
    {
        double logP = LogSum(p), logQ = LogSum(q), sum = 0;
        for (int i = 0; i < p.Length; i++)
            sum += Math.Exp(p[i] - logP) * (p[i] - logP - (q[i] - logQ));
        return Math.Max(0, sum);
    }

    private static double LogSum(ReadOnlySpan<float> logits)
    {
        double most = double.NegativeInfinity, sum = 0;
        foreach (float logit in logits)
            most = Math.Max(most, logit);
        foreach (float logit in logits)
            sum += Math.Exp(logit - most);
        return most + Math.Log(sum);
    }

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }
        return best;
    }

    private sealed class Sum
    {
        private int _same;
        private double _divergence, _largest;

        public int Places { get; private set; }

        public void Add(float[] expected, float[] actual, int vocabulary)
        {
            for (int at = 0; at < expected.Length; at += vocabulary)
            {
                ReadOnlySpan<float> p = expected.AsSpan(at, vocabulary), q = actual.AsSpan(at, vocabulary);
                double divergence = DivergenceOf(p, q);
                _divergence += divergence;
                _largest = Math.Max(_largest, divergence);
                _same += Likeliest(p) == Likeliest(q) ? 1 : 0;
                Places++;
            }
        }

        public Agreement Mean() => new(Places, _divergence / Places, _largest, (double)_same / Places);
    }
}

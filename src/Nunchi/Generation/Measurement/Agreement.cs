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
        int places = 0, same = 0;
        double sum = 0, largest = 0;
        foreach (string text in texts)
        {
            int[] ids = [.. tokenizer.Encode(text)];
            if (ids.Length == 0)
                throw new ArgumentException($"\"{text}\" gives no token.", nameof(texts));
            float[] expected = Logits(plain, ids), actual = Logits(rounded, ids);
            int vocabulary = expected.Length / ids.Length;
            for (int place = 0; place < ids.Length; place++)
            {
                ReadOnlySpan<float> p = expected.AsSpan(place * vocabulary, vocabulary), q = actual.AsSpan(place * vocabulary, vocabulary);
                double divergence = DivergenceOf(p, q);
                sum += divergence;
                largest = Math.Max(largest, divergence);
                same += Likeliest(p) == Likeliest(q) ? 1 : 0;
                places++;
            }
        }
        return new Agreement(places, sum / places, largest, (double)same / places);
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
}

using Nunchi.Chat;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>Log-probabilities of tokens: log softmax over the whole vocabulary of the logits as the model gave them.</summary>
internal static class Logprobs
{
    /// <param name="logits">[vocabulary].</param>
    /// <param name="chosen">The token that was chosen.</param>
    /// <param name="top">Most likely tokens to tell.</param>
    /// <param name="tokenizer">Spells them; the head may have more rows than it has ids, and those are not told.</param>
    public static TokenChosen Of(ReadOnlySpan<float> logits, int chosen, int top, Tokenizer tokenizer)
    {
        double normaliser = Normaliser(logits);
        return new TokenChosen(Describe(chosen, logits[chosen]), [.. Likeliest.Of(logits[..Math.Min(tokenizer.VocabularySize, logits.Length)], top, tokenizer.HasToken).Select(best => Describe(best.Id, best.Value))]);

        TokenLogprob Describe(int id, float logit) => new(id, tokenizer.TokenBytes(id), logit - normaliser);
    }

    /// <summary>Log-probabilities of all tokens.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="into">[vocabulary].</param>
    public static void Normalise(ReadOnlySpan<float> logits, Span<float> into)
    {
        double normaliser = Normaliser(logits);
        for (int id = 0; id < logits.Length; id++)
            into[id] = (float)(logits[id] - normaliser);
    }

    private static double Normaliser(ReadOnlySpan<float> logits)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
            largest = Math.Max(largest, logit);
        double sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - largest);
        return largest + Math.Log(sum);
    }
}

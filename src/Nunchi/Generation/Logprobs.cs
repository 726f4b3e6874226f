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
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
            largest = Math.Max(largest, logit);
        double sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - largest);
        double normaliser = largest + Math.Log(sum);
        return new TokenChosen(Describe(chosen, logits[chosen]), [.. Largest(logits, top, tokenizer).Select(best => Describe(best.Id, best.Logit))]);

        TokenLogprob Describe(int id, float logit) => new(id, tokenizer.TokenBytes(id), logit - normaliser);
    }

    // Ties go to the smaller id.
    private static List<(int Id, float Logit)> Largest(ReadOnlySpan<float> logits, int top, Tokenizer tokenizer)
    {
        var best = new List<(int Id, float Logit)>(top + 1);
        for (int id = 0; id < Math.Min(tokenizer.VocabularySize, logits.Length); id++)
        {
            if (top == 0 || !tokenizer.HasToken(id) || (best.Count == top && !(logits[id] > best[^1].Logit)))
                continue;
            int at = best.Count;
            while (at > 0 && logits[id] > best[at - 1].Logit)
                at--;
            best.Insert(at, (id, logits[id]));
            if (best.Count > top)
                best.RemoveAt(top);
        }
        return best;
    }
}

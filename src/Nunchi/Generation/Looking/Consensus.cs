using Nunchi.Generation.Drafting;

namespace Nunchi.Generation.Looking;

/// <summary>What several looks agree on: the mean of their log-probabilities, so that what one holds for impossible is not chosen because another is fond of it.</summary>
internal static class Consensus
{
    /// <summary>[rows, vocabulary]: log-probabilities, or a single look's logits as they are.</summary>
    /// <param name="looks">[rows, vocabulary] logits of each look.</param>
    /// <param name="vocabulary">Logits a row.</param>
    public static ReadOnlyMemory<float> Of(IReadOnlyList<ReadOnlyMemory<float>> looks, int vocabulary)
    {
        if (looks.Count == 1)
            return looks[0];
        float[] mean = new float[looks[0].Length], one = new float[vocabulary];
        foreach (ReadOnlyMemory<float> look in looks)
        {
            for (int row = 0; row < mean.Length; row += vocabulary)
            {
                Logprobs.Normalise(look.Span.Slice(row, vocabulary), one);
                for (int id = 0; id < vocabulary; id++)
                    mean[row + id] += one[id] / looks.Count;
            }
        }
        return mean;
    }
}

/// <summary>Decoders that take in the same answer, each behind the prompt of its look.</summary>
/// <param name="looks">One for each look.</param>
internal sealed class ConsensusTarget(IReadOnlyList<IDraftTarget> looks) : IDraftTarget
{
    /// <inheritdoc/>
    public ReadOnlyMemory<float> Take(ReadOnlySpan<int> ids)
    {
        var logits = new ReadOnlyMemory<float>[looks.Count];
        for (int look = 0; look < looks.Count; look++)
        {
            try
            {
                logits[look] = looks[look].Take(ids);
            }
            catch
            {
                // All stand at the same token of the answer, or none of them is of use.
                for (int before = 0; before < look; before++)
                    looks[before].Withdraw(ids.Length);
                throw;
            }
        }
        return Consensus.Of(logits, logits[0].Length / ids.Length);
    }

    /// <inheritdoc/>
    public void Withdraw(int tokens)
    {
        foreach (IDraftTarget look in looks)
            look.Withdraw(tokens);
    }
}

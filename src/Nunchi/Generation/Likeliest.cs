namespace Nunchi.Generation;

/// <summary>The largest of many values.</summary>
internal static class Likeliest
{
    /// <param name="values">[vocabulary] logits or log-probabilities.</param>
    /// <param name="count">How many to find.</param>
    /// <param name="may">Whether a token counts; asked only where it would be among the largest.</param>
    /// <returns>The largest first; ties go to the smaller id.</returns>
    public static List<(int Id, float Value)> Of(ReadOnlySpan<float> values, int count, Func<int, bool> may)
    {
        var best = new List<(int Id, float Value)>(count + 1);
        for (int id = 0; id < values.Length; id++)
        {
            if (count == 0 || (best.Count == count && !(values[id] > best[^1].Value)) || !may(id))
                continue;
            int at = best.Count;
            while (at > 0 && values[id] > best[at - 1].Value)
                at--;
            best.Insert(at, (id, values[id]));
            if (best.Count > count)
                best.RemoveAt(count);
        }
        return best;
    }
}

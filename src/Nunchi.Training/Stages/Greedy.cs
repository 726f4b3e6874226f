namespace Nunchi.Training.Stages;

/// <summary>The choice of a model that does not sample.</summary>
internal static class Greedy
{
    /// <summary>Index of the largest value, the first of equal ones.</summary>
    public static int Choose(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[best])
                best = i;
        return best;
    }
}

namespace Nunchi.Generation.Drafting;

/// <summary>
/// How many tokens are worth guessing: as long as the guess up to there is likelier right than <see cref="Worth"/>. How often guesses are right is counted anew for each number of
/// agreeing tokens, older ones for less.
/// </summary>
internal sealed class DraftLength
{
    /// <summary>A further row costs an eighth of a pass or less (<c>nunchi bench model --work decode,draft</c>); a token that is less likely kept than twice that is not worth it.</summary>
    private const double Worth = 0.25;

    private const double Weight = 4, Fading = 0.9, Recovery = 0.97;

    private static readonly double[] Expected = [0, 0.7, 0.5, 0.7, 0.8];
    private readonly double[] _tried = new double[PromptLookup.Longest + 1];
    private readonly double[] _kept = new double[PromptLookup.Longest + 1];

    /// <param name="agreeing">Tokens that agree at the place that is copied.</param>
    /// <param name="most">The most there may be.</param>
    public int Of(int agreeing, int most)
    {
        double right = (_kept[agreeing] + (Weight * Expected[agreeing])) / (_tried[agreeing] + Weight);
        int length = right >= 1 ? most : Math.Min(most, (int)(Math.Log(Worth) / Math.Log(right)));
        if (length == 0)
            Fade(agreeing, Recovery);
        return length;
    }

    /// <summary>Tells how a guess went.</summary>
    public void Learn(int agreeing, int drafted, int accepted)
    {
        Fade(agreeing, Fading);
        _tried[agreeing] += Math.Min(accepted + 1, drafted);
        _kept[agreeing] += accepted;
    }

    private void Fade(int agreeing, double factor)
    {
        _tried[agreeing] *= factor;
        _kept[agreeing] *= factor;
    }
}

using Nunchi.Chat;

namespace Nunchi.Generation.Searching;

/// <summary>A beginning of an answer that a search holds, by its last token; those before it are shared with other beginnings.</summary>
/// <param name="Before">The beginning without its last token; null where nothing is chosen yet.</param>
/// <param name="Id">The last token.</param>
/// <param name="Score">Sum of the log-probabilities of the tokens that count.</param>
/// <param name="Counted">How many tokens count.</param>
/// <param name="Chosen">How likely the last token was, where that is asked for.</param>
internal sealed record Beam(Beam? Before, int Id, double Score, int Counted, TokenChosen? Chosen = null)
{
    /// <summary>Nothing chosen yet.</summary>
    public static Beam Empty { get; } = new(null, -1, 0, 0);

    /// <summary>Tokens chosen.</summary>
    public int Length { get; } = Before == null ? 0 : Before.Length + 1;

    /// <summary>Whether the next token stands between tags of boxes.</summary>
    public bool InBoxes { get; init; }

    /// <summary>The score by which answers of different lengths are compared.</summary>
    /// <param name="lengthPenalty">0 compares sums, 1 means.</param>
    public double Normalised(double lengthPenalty) => Score / Math.Pow(Math.Max(1, Counted), lengthPenalty);

    /// <summary>All tokens, the first one first.</summary>
    public int[] Ids()
    {
        int[] ids = new int[Length];
        for (Beam at = this; at.Before != null; at = at.Before)
            ids[at.Length - 1] = at.Id;
        return ids;
    }

    /// <summary>Its first tokens.</summary>
    /// <param name="length">How many, up to <see cref="Length"/>.</param>
    public Beam First(int length)
    {
        Beam at = this;
        while (at.Length > length)
            at = at.Before!;
        return at;
    }

    /// <summary>The longest beginning that it shares with another.</summary>
    public Beam Common(Beam other)
    {
        Beam one = First(Math.Min(Length, other.Length)), two = other.First(one.Length);
        while (!ReferenceEquals(one, two))
            (one, two) = (one.Before!, two.Before!);
        return one;
    }
}

using System.Text;

namespace Nunchi.Evaluation.Metrics;

/// <summary>
/// Edits and reference length, which add up over texts: the rate of a corpus is all its edits over all its reference units, as jiwer computes it.
/// </summary>
/// <param name="Edits">Substitutions, insertions and deletions of the cheapest alignment (Levenshtein).</param>
/// <param name="Length">Characters or words of the references.</param>
public readonly record struct ErrorRate(long Edits, long Length)
{
    /// <summary>Edits by length; 0 when both are 0, infinite when only the references are empty. May exceed 1.</summary>
    public double Value => Length == 0 ? (Edits == 0 ? 0 : double.PositiveInfinity) : (double)Edits / Length;

    /// <summary>The rate of two sets of texts together.</summary>
    public static ErrorRate operator +(ErrorRate left, ErrorRate right) => new(left.Edits + right.Edits, left.Length + right.Length);

    /// <summary>Character error rate over Unicode scalars, spaces included, both texts trimmed.</summary>
    public static ErrorRate OfCharacters(string reference, string hypothesis)
    {
        Rune[] expected = [.. reference.Trim().EnumerateRunes()], given = [.. hypothesis.Trim().EnumerateRunes()];
        return new ErrorRate(EditDistance.Between<Rune>(expected, given), expected.Length);
    }

    /// <summary>Word error rate over words separated by white space.</summary>
    public static ErrorRate OfWords(string reference, string hypothesis)
    {
        string[] expected = Words(reference), given = Words(hypothesis);
        return new ErrorRate(EditDistance.Between<string>(expected, given), expected.Length);
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}

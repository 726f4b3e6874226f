using System.Text;

namespace Nunchi.Evaluation.Metrics;

/// <summary>Where the edits of the cheapest alignment (Levenshtein 1966) fall in the reference, so that they can be told apart by what the reference holds there.</summary>
internal static class TextAlignment
{
    /// <summary>What became of each character of the reference.</summary>
    /// <param name="reference">At least one character.</param>
    /// <param name="hypothesis">Any characters.</param>
    public static AlignedCharacter[] Of(ReadOnlySpan<Rune> reference, ReadOnlySpan<Rune> hypothesis)
    {
        int rows = reference.Length, columns = hypothesis.Length, width = columns + 1;
        int[] cost = new int[(rows + 1) * width];
        for (int j = 0; j <= columns; j++)
            cost[j] = j;
        for (int i = 1; i <= rows; i++)
        {
            cost[i * width] = i;
            for (int j = 1; j <= columns; j++)
            {
                int change = cost[((i - 1) * width) + j - 1] + (reference[i - 1] == hypothesis[j - 1] ? 0 : 1);
                cost[(i * width) + j] = Math.Min(change, 1 + Math.Min(cost[((i - 1) * width) + j], cost[(i * width) + j - 1]));
            }
        }
        var aligned = new AlignedCharacter[rows];
        for (int i = rows, j = columns; i > 0 || j > 0;)
        {
            int here = cost[(i * width) + j];
            bool same = i > 0 && j > 0 && reference[i - 1] == hypothesis[j - 1];
            if (i > 0 && j > 0 && here == cost[((i - 1) * width) + j - 1] + (same ? 0 : 1))
            {
                aligned[i - 1] = new AlignedCharacter(same, aligned[i - 1].Edits + (same ? 0 : 1));
                i--;
                j--;
            }
            else if (i > 0 && here == cost[((i - 1) * width) + j] + 1)
            {
                i--;
                aligned[i] = new AlignedCharacter(false, aligned[i].Edits + 1);
            }
            else
            {
                int before = Math.Max(0, i - 1);
                aligned[before] = aligned[before] with { Edits = aligned[before].Edits + 1 };
                j--;
            }
        }
        return aligned;
    }
}

/// <summary>A character of a reference in the cheapest alignment.</summary>
/// <param name="Stands">Whether the same character stands at its place.</param>
/// <param name="Edits">Edits here; what was inserted counts at the character before it, or at the first. Their sum is the edit distance.</param>
internal readonly record struct AlignedCharacter(bool Stands, int Edits);

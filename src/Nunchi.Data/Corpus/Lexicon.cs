using Nunchi.Data.Pages;

namespace Nunchi.Data.Corpus;

/// <summary>Words for signs and sentences by category: shop names and kinds, dishes, products, roads, places, names, notices and more.</summary>
public static class Lexicon
{
    private static readonly Dictionary<string, string[][]> ByCategory = Read();

    /// <summary>The categories there are.</summary>
    public static IReadOnlyCollection<string> Categories => ByCategory.Keys;

    /// <summary>The words of a category.</summary>
    /// <exception cref="KeyNotFoundException">There is no such category.</exception>
    public static IReadOnlyList<string> Words(string category, CorpusSplit split = CorpusSplit.Training) =>
        ByCategory.TryGetValue(category, out string[][]? words)
            ? words[(int)split]
            : throw new KeyNotFoundException($"There is no word category '{category}'; there are {string.Join(", ", ByCategory.Keys)}.");

    /// <summary>One word of a category, each equally likely.</summary>
    /// <exception cref="KeyNotFoundException">There is no such category.</exception>
    public static string Pick(string category, SeededRandom random, CorpusSplit split = CorpusSplit.Training)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.Pick(Words(category, split));
    }

    /// <summary>A full Korean name: surname and given name.</summary>
    public static string FullName(SeededRandom random, CorpusSplit split = CorpusSplit.Training) =>
        Pick("surname", random, CorpusSplit.Everything) + Pick("givenname", random, split);

    private static Dictionary<string, string[][]> Read()
    {
        Dictionary<string, string[][]> categories = new(StringComparer.Ordinal);
        foreach ((string heading, List<string> lines) in CorpusResource.Blocks("lexicon.txt"))
        {
            string[] words = [.. lines
                .SelectMany(line => line.Split(line.Contains(" / ", StringComparison.Ordinal) ? " / " : " ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Distinct(StringComparer.Ordinal)];
            string[] training = [.. words.Where(word => !WordSplit.IsHeldOut(word))];
            string[] heldOut = [.. words.Where(WordSplit.IsHeldOut)];

            // A category too small to lose a word has the same ones everywhere.
            categories.Add(heading, training.Length == 0 || heldOut.Length == 0 ? [words, words, words] : [training, heldOut, words]);
        }

        return categories;
    }
}

using Corpus = Nunchi.Data.Corpus;

namespace Nunchi.Data.Scenes.Content;

/// <summary>Choices that keep to the split of words.</summary>
internal static class SplitChoice
{
    public static bool Fits(SceneSplit split, string word) => split == SceneSplit.HeldOut || !Corpus.WordSplit.IsHeldOut(word);

    /// <summary>An item whose word training may see; measuring takes held-out ones in most cases, where there are some.</summary>
    public static T Pick<T>(SceneSplit split, SceneRandom random, IReadOnlyList<T> items, Func<T, string> word)
    {
        bool wantHeldOut = split == SceneSplit.HeldOut && random.Chance(0.75);
        for (int i = 0; i < 60; i++)
        {
            T item = random.From(items);
            if (split == SceneSplit.Training ? !Corpus.WordSplit.IsHeldOut(word(item)) : !wantHeldOut || i >= 40 || Corpus.WordSplit.IsHeldOut(word(item)))
                return item;
        }
        return items.FirstOrDefault(item => Fits(split, word(item)))
            ?? throw new InvalidOperationException("Every word of a list is held out; training needs at least one.");
    }

    public static T Pick<T>(SceneBuilder b, IReadOnlyList<T> items, Func<T, string> word) => Pick(b.Split, b.Random, items, word);

    /// <summary>Different items, each allowed in the split.</summary>
    public static List<T> Several<T>(SceneBuilder b, IReadOnlyList<T> items, int count, Func<T, string> word)
    {
        var chosen = new List<T>(count);
        for (int i = 0; i < 40 * count && chosen.Count < count; i++)
        {
            T item = Pick(b, items, word);
            if (!chosen.Any(other => word(other) == word(item)))
                chosen.Add(item);
        }
        return chosen;
    }
}

namespace Nunchi.Data.Scenes.Content;

/// <summary>One rule divides all content words: about one in eight is held out.</summary>
internal static class WordSplit
{
    public static bool IsHeldOut(string word)
    {
        // FNV-1a over UTF-16 units: the same on every machine.
        uint hash = 2166136261;
        foreach (char c in word)
            hash = (hash ^ c) * 16777619;
        return ((hash ^ (hash >> 15)) * 2654435761u >> 16) % 8 == 0;
    }

    public static bool Fits(SceneSplit split, string word) => split == SceneSplit.HeldOut || !IsHeldOut(word);

    /// <summary>An item whose word training may see; measuring takes held-out ones in most cases, where there are some.</summary>
    public static T Pick<T>(SceneBuilder b, IReadOnlyList<T> items, Func<T, string> word)
    {
        bool wantHeldOut = b.Split == SceneSplit.HeldOut && b.Random.Chance(0.75);
        for (int i = 0; i < 60; i++)
        {
            T item = b.Random.From(items);
            if (b.Split == SceneSplit.Training ? !IsHeldOut(word(item)) : !wantHeldOut || i >= 40 || IsHeldOut(word(item)))
                return item;
        }
        return items.FirstOrDefault(item => Fits(b.Split, word(item)))
            ?? throw new InvalidOperationException("Every word of a list is held out; training needs at least one.");
    }

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

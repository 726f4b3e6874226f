namespace Nunchi.Data.Scenes;

/// <summary>Numbers of the kinds of backgrounds, for labels of patches.</summary>
public static class BackdropNames
{
    private static readonly Dictionary<string, int> Numbers = Backdrops.All.Select((backdrop, i) => (backdrop.Name, Number: i + 1)).ToDictionary(entry => entry.Name, entry => entry.Number, StringComparer.Ordinal);

    /// <summary>One more than the largest number.</summary>
    public static int Count => Backdrops.All.Count + 1;

    /// <summary>The number of a kind, from 1; 0 for one that is not known.</summary>
    /// <param name="name">The English name (<see cref="SceneBackground.Name"/>).</param>
    public static int Number(string name) => Numbers.GetValueOrDefault(name);
}

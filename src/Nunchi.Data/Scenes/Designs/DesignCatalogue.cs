namespace Nunchi.Data.Scenes.Designs;

/// <summary>All layouts.</summary>
internal static class DesignCatalogue
{
    public static IReadOnlyList<Design> All { get; } =
    [
        .. Strips.All, .. StationBoards.All, .. PriceTags.All, .. ShopFronts.All, .. RoadSigns.All, .. Receipts.All, .. NoticeBoards.All, .. Plates.All, .. Menus.All,
        .. ThingScenes.All, .. Mixed.All,
    ];

    private static readonly Dictionary<SceneKind, Design[]> ByKind = All.GroupBy(d => d.Kind).ToDictionary(g => g.Key, g => g.ToArray());

    /// <summary>A layout of a kind; measuring takes one that training never shows in two of three cases, where there is one.</summary>
    public static Design Pick(SceneKind kind, SceneSplit split, SceneRandom random)
    {
        Design[] designs = ByKind[kind];
        Design[] known = [.. designs.Where(d => !d.HeldOutOnly)], heldOut = [.. designs.Where(d => d.HeldOutOnly)];
        bool unseen = split == SceneSplit.HeldOut && heldOut.Length > 0 && random.Chance(2 / 3.0);
        return random.Pick(unseen ? heldOut : known);
    }

    public static Design Named(string name) => All.First(d => d.Name == name);
}

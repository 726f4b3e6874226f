namespace Nunchi.Data.Scenes;

/// <summary>Ready mixtures of scene kinds.</summary>
public static class SceneWeights
{
    /// <summary>All kinds; those that were drawn for a purpose more often than bare words.</summary>
    public static IReadOnlyDictionary<SceneKind, double> Default { get; } = new Dictionary<SceneKind, double>
    {
        [SceneKind.Glyph] = 2,
        [SceneKind.Word] = 8,
        [SceneKind.Line] = 5,
        [SceneKind.Lines] = 5,
        [SceneKind.Station] = 12,
        [SceneKind.ShopFront] = 7,
        [SceneKind.PriceTag] = 6,
        [SceneKind.RoadSign] = 5,
        [SceneKind.Receipt] = 6,
        [SceneKind.Notice] = 5,
        [SceneKind.Contact] = 4,
        [SceneKind.Menu] = 5,
        [SceneKind.DoorPlate] = 3,
        [SceneKind.BusStop] = 3,
        [SceneKind.Playground] = 10,
        [SceneKind.Table] = 7,
        [SceneKind.Shapes] = 7,
        [SceneKind.Unreadable] = 1.5,
    };

    /// <summary>One character or one word in a picture.</summary>
    public static IReadOnlyDictionary<SceneKind, double> Words { get; } = new Dictionary<SceneKind, double> { [SceneKind.Glyph] = 1, [SceneKind.Word] = 1 };

    /// <summary>Words and lines.</summary>
    public static IReadOnlyDictionary<SceneKind, double> Lines { get; } = new Dictionary<SceneKind, double>
    {
        [SceneKind.Glyph] = 1,
        [SceneKind.Word] = 3,
        [SceneKind.Line] = 3,
        [SceneKind.Lines] = 3,
    };

    /// <summary>Writing that was put up for a purpose, long lists as often as boards.</summary>
    public static IReadOnlyDictionary<SceneKind, double> Signs { get; } = new Dictionary<SceneKind, double>
    {
        [SceneKind.Receipt] = 10,
        [SceneKind.Station] = 8,
        [SceneKind.Menu] = 5,
        [SceneKind.ShopFront] = 5,
        [SceneKind.PriceTag] = 3,
        [SceneKind.RoadSign] = 2,
        [SceneKind.Notice] = 4,
        [SceneKind.Contact] = 3,
        [SceneKind.DoorPlate] = 1,
        [SceneKind.BusStop] = 2,
        [SceneKind.Lines] = 7,
    };

    /// <summary>All kinds, those of things as often as said; among themselves both groups are as in <see cref="Default"/>.</summary>
    /// <param name="share">Share of scenes of things, 0..1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside 0..1.</exception>
    public static IReadOnlyDictionary<SceneKind, double> WithThings(double share)
    {
        if (!(share >= 0 && share <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share is 0 to 1.");
        double things = Default.Where(kind => IsOfThings(kind.Key)).Sum(kind => kind.Value), others = Default.Values.Sum() - things;
        return Default.ToDictionary(kind => kind.Key, kind => kind.Value * (IsOfThings(kind.Key) ? share / things : (1 - share) / others));
    }

    private static bool IsOfThings(SceneKind kind) => kind is SceneKind.Playground or SceneKind.Table or SceneKind.Shapes;
}

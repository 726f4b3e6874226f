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
}

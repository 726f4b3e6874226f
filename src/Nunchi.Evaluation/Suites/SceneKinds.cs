using Nunchi.Data.Scenes;

namespace Nunchi.Evaluation.Suites;

/// <summary>Kinds of pictures by what can be asked about them.</summary>
internal static class SceneKinds
{
    public static IReadOnlyList<SceneKind> Things { get; } = [SceneKind.Playground, SceneKind.Table, SceneKind.Shapes];

    public static IReadOnlyList<SceneKind> Signs { get; } =
    [
        SceneKind.Station, SceneKind.ShopFront, SceneKind.PriceTag, SceneKind.RoadSign, SceneKind.Notice, SceneKind.Contact, SceneKind.Menu, SceneKind.DoorPlate, SceneKind.BusStop,
    ];
}

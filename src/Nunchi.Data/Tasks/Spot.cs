using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>A ninth of the picture, as answers name it.</summary>
/// <param name="Column">0 (left) to 2.</param>
/// <param name="Row">0 (top) to 2.</param>
public readonly record struct Spot(int Column, int Row)
{
    /// <summary>All nine, column by column from the left and each from above.</summary>
    public static IReadOnlyList<Spot> All { get; } = [.. Enumerable.Range(0, 9).Select(i => new Spot(i / 3, i % 3))];

    /// <summary>Where the middle of a box lies.</summary>
    /// <param name="box">In pixels.</param>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">Its height.</param>
    public static Spot Of(SceneBox box, int width, int height) =>
        new(Third(box.CentreX / width), Third(box.CentreY / height));

    /// <summary>"왼쪽 위", "가운데" ...</summary>
    public string Korean => (Column, Row) switch
    {
        (0, 0) => "왼쪽 위",
        (1, 0) => "위쪽 가운데",
        (2, 0) => "오른쪽 위",
        (0, 1) => "왼쪽 가운데",
        (1, 1) => "한가운데",
        (2, 1) => "오른쪽 가운데",
        (0, 2) => "왼쪽 아래",
        (1, 2) => "아래쪽 가운데",
        _ => "오른쪽 아래",
    };

    /// <summary>"in the top left" ...</summary>
    public string English => (Column, Row) switch
    {
        (0, 0) => "in the top left",
        (1, 0) => "at the top",
        (2, 0) => "in the top right",
        (0, 1) => "on the left",
        (1, 1) => "in the middle",
        (2, 1) => "on the right",
        (0, 2) => "in the bottom left",
        (1, 2) => "at the bottom",
        _ => "in the bottom right",
    };

    /// <summary>"In the top left" ..., before what is there.</summary>
    public string EnglishHeading => Naming.Sentence(English);

    /// <summary>"top_left" ...</summary>
    public string Key => (Row switch { 0 => "top", 1 => "middle", _ => "bottom" }) + "_" + (Column switch { 0 => "left", 1 => "centre", _ => "right" });

    private static int Third(float share) => share < 1 / 3f ? 0 : share < 2 / 3f ? 1 : 2;
}

using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>All things of one class and colour in a picture, as a phrase names them.</summary>
internal sealed class ThingGroup(ObjectClass what, ColourName colour, IReadOnlyList<SceneObject> members, int ofClass, int width, int height)
{
    public ObjectClass Class { get; } = what;

    public ColourName Colour { get; } = colour;

    /// <summary>From left to right.</summary>
    public IReadOnlyList<SceneObject> Members { get; } = members;

    public int Count => Members.Count;

    /// <summary>Whether the noun alone names exactly this group.</summary>
    public bool NounIsEnough { get; } = ofClass == members.Count;

    public IReadOnlyList<BoundingBox> Boxes { get; } = [.. members.Select(m => m.Box.ToBoundingBox(width, height))];

    /// <summary>Which ninth of the picture the middle of the first thing lies in.</summary>
    public Spot Spot => Spot.Of(Members[0].Box, width, height);

    public static IReadOnlyList<ThingGroup> Of(Scene scene)
    {
        List<SceneObject> seen = [.. scene.Objects.Where(o => o.Visible >= SceneObject.Seen)];
        return [.. seen.GroupBy(o => (o.Class, o.Colour)).Select(g => new ThingGroup(
            ObjectCatalogue.Get(g.Key.Class), g.Key.Colour, [.. g.OrderBy(o => o.Box.CentreX)],
            seen.Count(o => o.Class == g.Key.Class), scene.Width, scene.Height))];
    }

    /// <summary>"노란 우산" or "우산"; "yellow umbrella(s)" or "umbrella(s)".</summary>
    public string Phrase(bool korean, bool withColour) => Naming.Thing(Class, withColour ? Colour : ColourName.None, korean, Count > 1);
}

/// <summary>A ninth of the picture.</summary>
internal readonly record struct Spot(int Column, int Row)
{
    public static Spot Of(Scenes.SceneBox box, int width, int height) =>
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

    /// <summary>"top_left" ...</summary>
    public string Key => (Row switch { 0 => "top", 1 => "middle", _ => "bottom" }) + "_" + (Column switch { 0 => "left", 1 => "centre", _ => "right" });

    private static int Third(float share) => share < 1 / 3f ? 0 : share < 2 / 3f ? 1 : 2;
}

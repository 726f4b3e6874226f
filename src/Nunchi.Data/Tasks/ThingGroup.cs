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

    public static IReadOnlyList<ThingGroup> Of(Scene scene) => Of(scene, scene.Objects);

    /// <summary>The ninths of the picture in which the middle of a thing lies, column by column from the left and each from above, with their things from left to right.</summary>
    public static IReadOnlyList<(Spot Spot, IReadOnlyList<ThingGroup> Groups)> ByPlace(Scene scene) =>
        [.. Spot.All.Select(spot => (spot, (IReadOnlyList<ThingGroup>)[.. Of(scene, scene.Objects.Where(o => Spot.Of(o.Box, scene.Width, scene.Height) == spot)).OrderBy(group => group.Members[0].Box.CentreX)]))
            .Where(place => place.Item2.Count > 0)];

    private static IReadOnlyList<ThingGroup> Of(Scene scene, IEnumerable<SceneObject> things) =>
        [.. things.Where(o => o.IsSeen).GroupBy(o => (o.Class, o.Colour)).Select(g => new ThingGroup(
            ObjectCatalogue.Get(g.Key.Class), g.Key.Colour, [.. g.OrderBy(o => o.Box.CentreX)],
            scene.Objects.Count(o => o.IsSeen && o.Class == g.Key.Class), scene.Width, scene.Height))];

    /// <summary>"노란 우산" or "우산"; "yellow umbrella(s)" or "umbrella(s)".</summary>
    public string Phrase(bool korean, bool withColour) => Naming.Thing(Class, withColour ? Colour : ColourName.None, korean, Count > 1);
}

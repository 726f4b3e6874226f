using Nunchi.Data.Objects;
using SkiaSharp;

namespace Nunchi.Data.Scenes.Designs;

/// <summary>Pictures of things: shapes on a ground, things outdoors, things on a table.</summary>
internal static class ThingScenes
{
    private static readonly string[] OutdoorCategories = ["animal", "vehicle", "playground", "toy", "street", "nature", "person", "thing"];
    private static readonly string[] TableCategories = ["fruit", "food", "thing", "toy", "fruit", "food"];

    public static IReadOnlyList<Design> All { get; } =
    [
        new("shapes_free", SceneKind.Shapes, false, b => Draw(b, ["shape"], b.Random.Between(1, 6), Backdrops.Any(b), Place.Anywhere)),
        new("shapes_plain", SceneKind.Shapes, false, b => Draw(b, ["shape"], b.Random.Between(1, 7), Backdrops.Plain, Place.Anywhere)),
        new("shapes_ring", SceneKind.Shapes, true, b => Draw(b, ["shape"], b.Random.Between(3, 6), Backdrops.Any(b), Place.Ring)),
        new("playground", SceneKind.Playground, false, b => Draw(b, OutdoorCategories, b.Random.Between(1, 6), b.Random.Pick(Backdrops.Meadow, Backdrops.Sand, Backdrops.Asphalt), Place.Ground)),
        new("outdoor_any", SceneKind.Playground, false, b => Draw(b, OutdoorCategories, b.Random.Between(1, 5), Backdrops.Any(b), Place.Anywhere)),
        new("outdoor_many", SceneKind.Playground, false, b => Draw(b, OutdoorCategories, b.Random.Between(4, 9), b.Random.Pick(Backdrops.Any(b), Backdrops.Meadow, Backdrops.Street), Place.Anywhere)),
        new("outdoor_rows", SceneKind.Playground, true, b => Draw(b, OutdoorCategories, b.Random.Between(3, 8), b.Random.Pick(Backdrops.Meadow, Backdrops.Street, Backdrops.Gradient), Place.Rows)),
        new("table", SceneKind.Table, false, b => Draw(b, TableCategories, b.Random.Between(1, 6), b.Random.Pick(Backdrops.Wood, Backdrops.Cloth, Backdrops.Plain, Backdrops.Tiles), Place.Anywhere)),
        new("table_many", SceneKind.Table, false, b => Draw(b, TableCategories, b.Random.Between(4, 9), Backdrops.Any(b), Place.Anywhere)),
        new("table_row", SceneKind.Table, false, b => Draw(b, TableCategories, b.Random.Between(2, 5), b.Random.Pick(Backdrops.Wood, Backdrops.Plaster, Backdrops.Gradient), Place.Row)),
        new("table_ring", SceneKind.Table, true, b => Draw(b, TableCategories, b.Random.Between(3, 6), b.Random.Pick(Backdrops.Wood, Backdrops.Marble), Place.Ring)),
    ];

    /// <summary>A playground with a yellow umbrella.</summary>
    internal static void Sample(SceneBuilder b)
    {
        b.Open(480, 384);
        Backdrops.Meadow.Paint(b);
        (string Key, ColourName Colour, float X, float Y, float Size)[] things =
        [
            ("tree", ColourName.Green, 66, 196, 132), ("slide", ColourName.None, 318, 196, 128), ("sun", ColourName.Yellow, 420, 52, 74),
            ("girl", ColourName.None, 196, 250, 84), ("umbrella", ColourName.Yellow, 110, 306, 88), ("dog", ColourName.Brown, 262, 322, 78), ("balloon", ColourName.Red, 412, 268, 92),
        ];
        foreach ((string key, ColourName colour, float x, float y, float size) in things)
        {
            ObjectClass what = ObjectCatalogue.Get(key);
            b.Thing(new SceneThing(what, what.Variants[0], colour), x, y, size, shadow: y > 150);
        }
    }

    private enum Place
    {
        Anywhere,
        Ground,
        Row,
        Rows,
        Ring,
    }

    /// <summary>A thing of the given categories that this machine can draw; its colour is its own or, where it may be recoloured, any.</summary>
    internal static SceneThing Any(SceneBuilder b, params string[] categories) => Look(b, Kind(b.Random, b.Assets.Painter.Drawable, categories, b.Options.ColourfulThings), ColourName.None);

    /// <summary>A kind of the given categories, or of all where none of them can be drawn.</summary>
    /// <param name="random">Chooses.</param>
    /// <param name="drawable">The kinds that can be drawn.</param>
    /// <param name="categories">The categories.</param>
    /// <param name="colourful">See <see cref="SceneOptions.ColourfulThings"/>.</param>
    internal static ObjectClass Kind(SceneRandom random, IReadOnlyList<ObjectClass> drawable, string[] categories, float colourful)
    {
        List<ObjectClass> fitting = [.. drawable.Where(c => categories.Contains(c.Category))];
        ObjectClass chosen = random.From(fitting.Count > 0 ? fitting : drawable);
        if (!random.Chance(colourful))
            return chosen;
        List<ObjectClass> recolourable = [.. fitting.Where(c => c.Recolourable)];
        return recolourable.Count > 0 ? random.From(recolourable) : chosen;
    }

    internal static SceneThing Look(SceneBuilder b, ObjectClass what, ColourName colour)
    {
        ObjectVariant variant = b.Random.From([.. what.Variants.Where(b.Assets.Painter.CanDraw)]);
        if (colour == ColourName.None)
            colour = what.Recolourable && (variant.Shape != ShapeKind.None || b.Random.Chance(0.85)) ? b.Random.From(Colours.All) : variant.Colour;
        return new SceneThing(what, variant, colour);
    }

    private static List<SceneThing> Choose(SceneBuilder b, string[] categories, int count, ColourName ground)
    {
        var things = new List<SceneThing>(count);
        while (things.Count < count)
        {
            // Often several of a kind, equal or in another colour, so that counting and colours matter.
            if (things.Count > 0 && b.Random.Chance(0.35))
            {
                SceneThing one = b.Random.From(things);
                things.Add(b.Random.Chance(0.5) || !one.Class.Recolourable ? one : Look(b, one.Class, ColourName.None));
                continue;
            }
            SceneThing thing = Any(b, categories);
            if (thing.Colour == ground && thing.Colour != ColourName.None)
                continue;
            things.Add(thing);
        }
        return things;
    }

    private static void Draw(SceneBuilder b, string[] categories, int count, Backdrop backdrop, Place place)
    {
        count = Math.Min(count, b.Options.MostThings ?? count);
        int width = b.Random.Between(b.Options.MinSide, Math.Max(b.Options.MinSide, Math.Min(b.Options.MaxSide, 512)));
        float aspect = MathF.Exp(b.Random.Between(-0.55f, 0.55f));
        int height = Math.Clamp((int)(width * aspect), b.Options.MinSide, b.Options.MaxSide);
        b.Open(width, height);
        backdrop.Paint(b);
        b.Canvas.SetMatrix(Camera.View(SKRect.Create(width, height), SKRect.Create(width, height), width, height, 3 * b.Harshness, 0.02f * b.Harshness, b.Random));

        List<SceneThing> things = Choose(b, categories, count, b.Background.Colour);
        float side = MathF.Sqrt(width * (float)height / (things.Count + 1.5f));
        float largest = Math.Min(0.62f * Math.Min(width, height), side * 0.95f), smallest = Math.Max(26, largest * 0.42f);
        var taken = new List<SKRect>();
        bool overlapping = b.Random.Chance(0.25);
        for (int i = 0; i < things.Count; i++)
        {
            for (int attempt = 0; attempt < 30; attempt++)
            {
                float size = b.Random.Between(smallest, Math.Max(smallest, largest)) * (attempt > 15 ? 0.7f : 1);
                SKPoint at = Spot(b, place, i, things.Count, width, height, size);
                SKRect area = SKRect.Create(at.X - (size / 2), at.Y - (size / 2), size, size);
                float worst = taken.Count == 0 ? 0 : taken.Max(t => Overlap(t, area));
                if (worst > (overlapping && attempt > 5 ? 0.3f : 0.02f))
                    continue;
                taken.Add(area);
                float turn = categories[0] == "shape" ? b.Random.Between(-20f, 20f) : b.Random.Normal() * 6;
                bool directed = things[i].Class.Key is "arrow" or "diamond" or "square";
                b.Thing(things[i], at.X, at.Y, size, directed ? turn * 0.3f : turn, !directed && b.Random.Chance(0.3), categories[0] != "shape" && place is Place.Ground or Place.Row);
                break;
            }
        }
    }

    private static SKPoint Spot(SceneBuilder b, Place place, int index, int count, int width, int height, float size)
    {
        float half = size / 2 + 2;
        SKPoint free = new(b.Random.Between(half, Math.Max(half, width - half)), b.Random.Between(half, Math.Max(half, height - half)));
        switch (place)
        {
            case Place.Ground:
                return new SKPoint(free.X, b.Random.Between(Math.Min(height * 0.4f, height - half), height - half));
            case Place.Row:
                return new SKPoint((index + b.Random.Between(0.4f, 0.6f)) * width / count, height * b.Random.Between(0.5f, 0.7f));
            case Place.Rows:
                int columns = (count + 1) / 2;
                return new SKPoint(((index % columns) + b.Random.Between(0.4f, 0.6f)) * width / columns, height * ((index / columns * 0.44f) + 0.28f));
            case Place.Ring:
                float angle = MathF.Tau * (index + b.Random.Between(-0.1f, 0.1f)) / count;
                return new SKPoint((width / 2f) + (0.32f * width * MathF.Cos(angle)), (height / 2f) + (0.32f * height * MathF.Sin(angle)));
            default:
                return free;
        }
    }

    private static float Overlap(SKRect a, SKRect b)
    {
        float w = Math.Min(a.Right, b.Right) - Math.Max(a.Left, b.Left), h = Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top);
        return w <= 0 || h <= 0 ? 0 : w * h / Math.Min(a.Width * a.Height, b.Width * b.Height);
    }
}

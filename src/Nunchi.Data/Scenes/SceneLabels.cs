using Nunchi.Data.Objects;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Scenes;

/// <summary>
/// Dense labels of a scene: what covers each patch of any view of it, in the numbers that <see cref="GlyphPages"/> uses. Writing that nobody could read in that
/// view, because it is small there, is writing of unknown letters; what was made illegible or is tiny is nothing. A line thinner than a patch is labelled as if it
/// were as thick, because it would slip between the centres of patches.
/// </summary>
public sealed class SceneLabels
{
    /// <summary>Height in page pixels below which a letter is one that nobody can tell.</summary>
    public const float LeastHeight = 9;

    /// <summary>Height in page pixels below which writing is taken for nothing.</summary>
    public const float LeastVisible = 4;

    private const float LargestReach = 0.12f;
    private readonly List<LabelledGlyph> _glyphs = [];
    private readonly List<Quad> _words = [];
    private readonly List<LabelledObject> _objects = [];
    private readonly List<Quad> _areas = [];

    /// <summary>Labels a view of a scene; an instance belongs to one thread.</summary>
    /// <param name="scene">The record.</param>
    /// <param name="sceneToPage">Where the picture's pixels fall on the page.</param>
    /// <param name="into">Its labels are overwritten; its pixels are left alone.</param>
    public void Fill(Scene scene, Homography sceneToPage, LabelledPage into)
    {
        ArgumentNullException.ThrowIfNull(scene);
        ArgumentNullException.ThrowIfNull(into);
        _glyphs.Clear();
        _words.Clear();
        _objects.Clear();
        foreach (SceneObject item in scene.Objects)
            _objects.Add(new LabelledObject(ObjectCatalogue.Get(item.Class).Id, item.Colour, Quad.Rectangle(item.Box.X1, item.Box.Y1, item.Box.X2, item.Box.Y2)));
        foreach (SceneText text in scene.Texts)
        {
            if (!text.Legible)
                continue;
            Quad seen = text.Quad.Map(sceneToPage);
            float thickness = Thickness(seen, text.Vertical);
            if (thickness < LeastVisible)
                continue;
            AddText(text, Math.Max(1, into.Patch / thickness), thickness >= LeastHeight);
        }

        DenseLabels.FromBoxes(_glyphs, _words, _objects, sceneToPage, into);
        FillGrounds(scene, sceneToPage, into);
    }

    // What lies behind things is not asked for: a thing's box holds more than the thing, and its patches have enough to tell.
    private void FillGrounds(Scene scene, in Homography sceneToPage, LabelledPage into)
    {
        _areas.Clear();
        foreach (SceneArea area in scene.Areas)
            _areas.Add(area.Quad.Map(sceneToPage));
        Quad picture = Quad.Rectangle(0, 0, scene.Width, scene.Height).Map(sceneToPage);
        byte backdrop = (byte)BackdropNames.Number(scene.Background.Name);
        for (int patch = 0; patch < into.Patches; patch++)
        {
            if (into.ObjectClass[patch] != 0)
                continue;
            float x = ((patch % into.Side) + 0.5f) * into.Patch, y = ((patch / into.Side) + 0.5f) * into.Patch;
            int top = _areas.FindLastIndex(area => area.Contains(x, y));
            if (top >= 0)
                into.Ground[patch] = (byte)scene.Areas[top].Colour;
            else if (picture.Contains(x, y))
                into.Backdrop[patch] = backdrop;
        }
    }

    private void AddText(SceneText text, float thicker, bool legible)
    {
        Quad line = Thicken(Upright(text.Quad, text.Vertical), thicker);
        Quad[] letters = [.. text.Glyphs.Select(glyph => Upright(glyph.Quad, text.Vertical))];
        for (int i = 0; i < letters.Length; i++)
        {
            if (text.Glyphs[i].Character.Length != 1)
                continue;
            (float first, float last) = Along(line.X1, line.Y1, line.X2, line.Y2, i, letters, under: false);
            (float firstUnder, float lastUnder) = Along(line.X4, line.Y4, line.X3, line.Y3, i, letters, under: true);
            (float x1, float y1) = Between(line.X1, line.Y1, line.X2, line.Y2, first);
            (float x2, float y2) = Between(line.X1, line.Y1, line.X2, line.Y2, last);
            (float x3, float y3) = Between(line.X4, line.Y4, line.X3, line.Y3, lastUnder);
            (float x4, float y4) = Between(line.X4, line.Y4, line.X3, line.Y3, firstUnder);
            _glyphs.Add(new LabelledGlyph(legible ? text.Glyphs[i].Character[0] : DenseLabels.Unknown, text.Colour, new Quad(x1, y1, x2, y2, x3, y3, x4, y4), _words.Count));
        }

        _words.Add(text.Quad);
    }

    // Columns are treated as lines whose upper edge is their left side.
    private static Quad Upright(in Quad quad, bool vertical) => vertical ? new Quad(quad.X1, quad.Y1, quad.X4, quad.Y4, quad.X3, quad.Y3, quad.X2, quad.Y2) : quad;

    // The upper and lower edge move away from each other; what lies along the line stays.
    private static Quad Thicken(in Quad line, float factor)
    {
        float more = (factor - 1) / 2;
        float x = more * (line.X4 - line.X1), y = more * (line.Y4 - line.Y1), toX = more * (line.X3 - line.X2), toY = more * (line.Y3 - line.Y2);
        return factor <= 1 ? line : new Quad(line.X1 - x, line.Y1 - y, line.X2 - toX, line.Y2 - toY, line.X3 + toX, line.Y3 + toY, line.X4 + x, line.Y4 + y);
    }

    // Where a letter's cell begins and ends along an edge of its line, as shares of the edge: half of the way to its neighbours, but no further than a little.
    private static (float Start, float End) Along(float fromX, float fromY, float toX, float toY, int letter, Quad[] letters, bool under)
    {
        float x = toX - fromX, y = toY - fromY, squared = (x * x) + (y * y);
        if (squared <= 0)
            return (0, 1);
        float At(float px, float py) => (((px - fromX) * x) + ((py - fromY) * y)) / squared;
        float Start(in Quad quad) => under ? At(quad.X4, quad.Y4) : At(quad.X1, quad.Y1);
        float End(in Quad quad) => under ? At(quad.X3, quad.Y3) : At(quad.X2, quad.Y2);
        float start = Start(letters[letter]), end = End(letters[letter]), reach = LargestReach * (end - start);
        float before = letter > 0 ? Math.Max(0, (start - End(letters[letter - 1])) / 2) : 0, after = letter + 1 < letters.Length ? Math.Max(0, (Start(letters[letter + 1]) - end) / 2) : 0;
        return (Math.Clamp(start - Math.Min(before, reach), 0, 1), Math.Clamp(end + Math.Min(after, reach), 0, 1));
    }

    private static (float X, float Y) Between(float fromX, float fromY, float toX, float toY, float share) => (fromX + (share * (toX - fromX)), fromY + (share * (toY - fromY)));

    private static float Thickness(in Quad line, bool vertical) => vertical
        ? (Distance(line.X1, line.Y1, line.X2, line.Y2) + Distance(line.X4, line.Y4, line.X3, line.Y3)) / 2
        : (Distance(line.X1, line.Y1, line.X4, line.Y4) + Distance(line.X2, line.Y2, line.X3, line.Y3)) / 2;

    private static float Distance(float x1, float y1, float x2, float y2) => MathF.Sqrt(((x2 - x1) * (x2 - x1)) + ((y2 - y1) * (y2 - y1)));
}

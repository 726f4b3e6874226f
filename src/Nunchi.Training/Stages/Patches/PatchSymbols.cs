using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Scenes;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Training.Stages.Patches;

/// <summary>Says for every patch of prepared pictures what it shows, with mistakes like an encoder's. An instance belongs to one thread.</summary>
/// <param name="things">Numbers of what can be shown.</param>
/// <param name="tile">Side of a crop in pixels.</param>
/// <param name="patch">Side of a patch.</param>
/// <param name="mistakes">Share of glyph patches that show something else, 0..1; a tenth of it is the deviation of the sides of boxes.</param>
/// <param name="noise">Most energy of <see cref="PatchNoise"/>; every sample has its own.</param>
internal sealed class PatchSymbols(PatchThings things, int tile, int patch, double mistakes, double noise = 0)
{
    private const double LostShare = 0.35;
    private const double InventedShare = 0.03;
    private const double SideError = 0.1;
    private const int Attempts = 8;
    private readonly SceneLabels _labels = new();
    private readonly LabelledPage _page = new(tile, patch);

    /// <summary>Appends what the patches of pictures show, crop by crop.</summary>
    /// <param name="scenes">The records of the pictures.</param>
    /// <param name="images">The same pictures, prepared.</param>
    /// <param name="random">Makes the mistakes.</param>
    /// <param name="shown">One entry a patch of every crop is added.</param>
    public void Append(IReadOnlyList<RenderedScene> scenes, ProcessedImages images, SeededRandom random, List<ShownPatch> shown)
    {
        var energy = PatchNoise.DrawEnergy(random, noise);
        for (var picture = 0; picture < scenes.Count; picture++)
        {
            foreach (var view in CropViews.Of(images.Images[picture], tile))
            {
                _labels.Fill(scenes[picture].Scene, view, _page);
                for (var i = 0; i < _page.Patches; i++)
                    shown.Add(Show(i, random) with { Noise = PatchNoise.Draw(random, energy) });
            }
        }
    }

    /// <summary>
    /// Labels the glyphs of a picture that is seen once with the tokens that they truly are: predicting a patch from those above and before it is copying, which
    /// reading is made of, and a picture has many more patches than an answer has letters.
    /// </summary>
    /// <param name="sample">The sample, filled.</param>
    /// <param name="first">Where the picture's tokens begin.</param>
    /// <param name="task">Task of these labels.</param>
    public void Label(SequenceSample sample, int first, int task)
    {
        for (var i = 0; i < sample.Shown.Count; i++)
            if (sample.Shown[i].Truth is > PatchThings.Blank and var truth && truth <= things.Glyphs)
                sample.Label(first + i, things.Tokens[truth][0], task);
    }

    private ShownPatch Show(int index, SeededRandom random)
    {
        var truth = things.Of(_page, index) ?? PatchThings.Blank;
        var right = ShownPatch.Of(truth, things, _page, index);
        if (right.Box is { } box)
            right = right with { Box = Blur(box, mistakes, random) };
        if (mistakes == 0)
            return right;
        if (truth == PatchThings.Blank)
            return random.Unit() < mistakes * InventedShare ? right with { Thing = 1 + random.Below(things.Glyphs) } : right;
        if (random.Unit() >= mistakes)
            return right;
        if (random.Unit() < LostShare)
            return right with { Thing = PatchThings.Blank, Colour = (int)ColourName.None, Box = null };
        return truth > things.Glyphs ? right : right with { Thing = Confuse(index, random) };
    }

    /// <summary>A box whose sides are a little off.</summary>
    internal static BoundingBox Blur(BoundingBox box, double mistakes, SeededRandom random)
    {
        if (mistakes == 0)
            return box;
        double Off(double side) => side + (random.Normal() * SideError * mistakes);
        return new BoundingBox(Off(box.X1), Off(box.Y1), Off(box.X2), Off(box.Y2));
    }

    // A glyph with one part changed, as encoders confuse them.
    private int Confuse(int index, SeededRandom random)
    {
        int initial = _page.Initial[index], medial = _page.Medial[index], final = _page.Final[index];
        for (var attempt = 0; attempt < Attempts && medial != DenseLabels.None; attempt++)
        {
            var other = random.Below(3) switch
            {
                0 => things.OfGlyph(1 + random.Below(DenseLabels.LeadingConsonants), medial, final),
                1 => things.OfGlyph(initial, 1 + random.Below(DenseLabels.Medials - 1), final),
                _ => things.OfGlyph(initial, medial, 1 + random.Below(DenseLabels.Finals - 1)),
            };
            if (other is { } thing)
                return thing;
        }

        return medial == DenseLabels.None ? things.Glyphs - random.Below(DenseLabels.OtherCharacters.Length / 2) : 1 + random.Below(things.Glyphs);
    }
}

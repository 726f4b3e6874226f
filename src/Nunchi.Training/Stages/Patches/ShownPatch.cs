using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Grounding;

namespace Nunchi.Training.Stages.Patches;

/// <summary>What one patch of a picture made of symbols shows.</summary>
/// <param name="Thing">What it shows, by <see cref="PatchThings"/>.</param>
/// <param name="Colour">In which colour.</param>
/// <param name="Truth">What it would show without mistakes.</param>
/// <param name="Box">Where that is on the crop, as fractions of it; null where nothing is.</param>
/// <param name="Noise">What lies beside all that.</param>
/// <param name="Ground">Colour of the board behind it; 0 for none or nothing known.</param>
/// <param name="Backdrop">Kind of background behind it, by <see cref="Data.Scenes.BackdropNames"/>; 0 for none or nothing known.</param>
/// <param name="Beside">A glyph that shares the patch with what it shows; <see cref="PatchThings.Blank"/> for none.</param>
internal readonly record struct ShownPatch(int Thing, int Colour, int Truth, BoundingBox? Box, PatchNoise Noise = default, int Ground = 0, int Backdrop = 0, int Beside = PatchThings.Blank)
{
    /// <summary>What a patch of a labelled page shows, without mistakes.</summary>
    /// <param name="thing">Its thing.</param>
    /// <param name="things">Numbers of what can be shown.</param>
    /// <param name="page">The page.</param>
    /// <param name="patch">Which patch.</param>
    public static ShownPatch Of(int thing, PatchThings things, LabelledPage page, int patch) =>
        new(thing, thing == PatchThings.Blank ? (int)ColourName.None : page.Colour[patch], thing, page.BoxOf(patch), Ground: page.Ground[patch], Backdrop: page.Backdrop[patch], Beside: things.Beside(page, patch));
}

/// <summary>A direction without meaning that is added to a patch, as an encoder's features have many.</summary>
/// <param name="Seed">Which direction.</param>
/// <param name="Energy">Its squared length, in those of what patches show.</param>
internal readonly record struct PatchNoise(ulong Seed, float Energy)
{
    /// <summary>A direction of its own for a patch; none, and nothing drawn, without energy.</summary>
    public static PatchNoise Draw(SeededRandom random, float energy) => energy > 0 ? new PatchNoise(random.Next(), energy) : default;

    /// <summary>The energy of the patches of one sample: between none and the most.</summary>
    public static float DrawEnergy(SeededRandom random, double most) => most > 0 ? (float)most * random.Unit() : 0;

    /// <summary>Adds the direction.</summary>
    /// <param name="into">A patch's vector.</param>
    public void AddTo(Span<float> into)
    {
        if (Energy <= 0)
            return;
        var random = new SeededRandom(Seed);
        var scale = (float)Math.Sqrt(Energy / into.Length);
        foreach (ref var value in into)
            value += scale * random.Normal();
    }
}

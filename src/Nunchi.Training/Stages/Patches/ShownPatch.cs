using Nunchi.Grounding;

namespace Nunchi.Training.Stages.Patches;

/// <summary>What one patch of a picture made of symbols shows.</summary>
/// <param name="Thing">What it shows, by <see cref="PatchThings"/>.</param>
/// <param name="Colour">In which colour.</param>
/// <param name="Truth">What it would show without mistakes.</param>
/// <param name="Box">Where that is on the crop, as fractions of it; null where nothing is.</param>
internal readonly record struct ShownPatch(int Thing, int Colour, int Truth, BoundingBox? Box);

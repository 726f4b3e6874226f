namespace Nunchi.Training.Stages.Patches;

/// <summary>What one sequence adds to the patches of a batch: those of its pictures, or patches of no picture.</summary>
/// <param name="CropPatches">Patches of the crops of its pictures.</param>
/// <param name="ImageTokens">Image tokens that those pictures take.</param>
/// <param name="LoosePatches">Patches of no picture, an image token each.</param>
internal readonly record struct ShownPiece(int CropPatches, int ImageTokens, int LoosePatches);

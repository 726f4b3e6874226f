using Nunchi.Data.Objects;

namespace Nunchi.Data.Pages;

/// <summary>A character in a picture.</summary>
/// <param name="Character">The character (one UTF-16 unit).</param>
/// <param name="Colour">The colour of its ink.</param>
/// <param name="Cell">The cell it fills: its advance across, its line's letter height down.</param>
/// <param name="Word">Index of the word it belongs to.</param>
public readonly record struct LabelledGlyph(char Character, ColourName Colour, Quad Cell, int Word);

/// <summary>An object in a picture.</summary>
/// <param name="ObjectClass">Number of its class, from 1; see <see cref="ObjectCatalogue"/>.</param>
/// <param name="Colour">Its colour, or none.</param>
/// <param name="Outline">The outline of its box.</param>
public readonly record struct LabelledObject(int ObjectClass, ColourName Colour, Quad Outline);

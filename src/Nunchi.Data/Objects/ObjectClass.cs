namespace Nunchi.Data.Objects;

/// <summary>One way a class of objects looks: an emoji or a shape, with the colour people would name.</summary>
/// <param name="Emoji">The Unicode code point of the emoji, or 0 for a shape.</param>
/// <param name="Shape">The shape, or <see cref="ShapeKind.None"/> for an emoji.</param>
/// <param name="Colour">Its natural colour; <see cref="ColourName.None"/> for shapes (any colour) and for things of several colours.</param>
public sealed record ObjectVariant(int Emoji, ShapeKind Shape, ColourName Colour);

/// <summary>A kind of thing that pictures show, with the words for it.</summary>
/// <param name="Id">Class number in labels, from 1.</param>
/// <param name="Key">Stable ASCII name.</param>
/// <param name="Korean">The Korean noun.</param>
/// <param name="English">The English noun.</param>
/// <param name="Plural">The English plural.</param>
/// <param name="Category">animal, fruit, food, vehicle, furniture, toy, playground, street, nature, person, thing or shape.</param>
/// <param name="Counter">The Korean counting word: 마리, 개, 대, 명 ...</param>
/// <param name="Variants">The ways it can be drawn, at least one.</param>
/// <param name="Recolourable">Whether it may be drawn in any named colour.</param>
public sealed record ObjectClass(
    int Id, string Key, string Korean, string English, string Plural, string Category, string Counter,
    IReadOnlyList<ObjectVariant> Variants, bool Recolourable)
{
    /// <inheritdoc/>
    public override string ToString() => Key;
}

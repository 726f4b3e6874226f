using Nunchi.Data.Objects;

namespace Nunchi.Data.Scenes.Content;

/// <summary>What a station board can show. Real stations carry their facts; invented ones only names.</summary>
internal sealed record StationCard(
    string Name, string Romanised, string? Number, string? LineName, IReadOnlyList<string> Lines, ColourName LineColour, string? City, bool Known,
    string? Previous, string? PreviousRomanised, string? Next, string? NextRomanised)
{
    /// <summary>The name with 역, once: 판교역, 서울역.</summary>
    public string Full => Name.EndsWith('역') ? Name : Name + "역";

    public StationFacts Facts(bool number, bool neighbours, bool line) => new(
        Name, Romanised, Lines, City, Known, number ? Number : null, neighbours ? Previous : null, neighbours ? Next : null, line ? LineColour : ColourName.None);
}

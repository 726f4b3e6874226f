using Nunchi.Data.Objects;

namespace Nunchi.Data.Scenes.Content;

/// <summary>Stations for boards: real ones with their neighbours on a line, and invented ones so that names must be read and not guessed.</summary>
internal static class Stations
{
    public static StationCard Pick(SceneBuilder b) => Invented(b);

    private static StationCard Invented(SceneBuilder b)
    {
        string Name() => b.Random.Chance(0.4) ? Words.Korean(b) : Words.Invented(b, 2, 4, 0.05);
        string name = Name(), previous = Name(), next = Name();
        bool first = b.Random.Chance(0.06), last = !first && b.Random.Chance(0.06);
        string number = b.Random.Chance(0.7) ? b.Random.Between(100, 999).ToString() : $"{(char)('A' + b.Random.Next(26))}{b.Random.Between(1, 99):00}";
        return new StationCard(name, Romanisation.Name(name), number, null, [], b.Random.From(Colours.All), null, false,
            first ? null : previous, first ? null : Romanisation.Name(previous), last ? null : next, last ? null : Romanisation.Name(next));
    }
}

using Nunchi.Data.Corpus;
using Nunchi.Data.Objects;

namespace Nunchi.Data.Scenes.Content;

/// <summary>Stations for boards: real ones with their neighbours on a line, and invented ones so that names must be read and not guessed.</summary>
internal static class StationCards
{
    public static StationCard Pick(SceneBuilder b) => b.Random.Chance(0.3) || Stations.Training.Count == 0 ? Invented(b) : Real(b);

    /// <summary>The board of a real station, or null when there is none of that name.</summary>
    public static StationCard? Named(string name) => Corpus.Stations.Named(name) is { Count: > 0 } found ? Of(found[0], SceneSplit.HeldOut) : null;

    // Measuring needs known stations for questions about their facts, and held-out names for reading.
    private static StationCard Real(SceneBuilder b)
    {
        bool heldOut = b.Split == SceneSplit.HeldOut && Stations.HeldOut.Count > 0 && b.Random.Chance(0.5);
        return Of(b.Random.From(heldOut ? Stations.HeldOut : Stations.Training), b.Split);
    }

    private static StationCard Of(Station station, SceneSplit split)
    {
        // A neighbour that training must not see is left off the board.
        string? Neighbour(string name) => name.Length > 0 && SplitChoice.Fits(split, name) ? name : null;
        string? previous = Neighbour(station.Previous), next = Neighbour(station.Next);
        List<Station> here = [.. Stations.Named(station.Korean).Where(s => s.City == station.City)];
        return new StationCard(
            station.Korean, station.Roman, station.Number.Length > 0 ? station.Number : null, station.Line,
            [station.Line, .. here.Select(s => s.Line).Where(line => line != station.Line).Distinct()], station.Colour, station.City, Stations.IsTaught(station),
            previous, Roman(previous, station), next, Roman(next, station));
    }

    private static string? Roman(string? name, Station beside) =>
        name is null ? null : Stations.Named(name).FirstOrDefault(s => s.Line == beside.Line)?.Roman ?? Romanisation.Of(name);

    private static StationCard Invented(SceneBuilder b)
    {
        string Name() => b.Random.Chance(0.4) ? Words.Korean(b) : Words.Invented(b, 2, 4, 0.05);
        string name = Name(), previous = Name(), next = Name();
        bool first = b.Random.Chance(0.06), last = !first && b.Random.Chance(0.06);
        string number = b.Random.Chance(0.7) ? b.Random.Between(100, 999).ToString() : $"{(char)('A' + b.Random.Next(26))}{b.Random.Between(1, 99):00}";
        return new StationCard(name, Romanisation.Of(name), number, null, [], b.Random.From(Colours.All), null, false,
            first ? null : previous, first ? null : Romanisation.Of(previous), last ? null : next, last ? null : Romanisation.Of(next));
    }
}

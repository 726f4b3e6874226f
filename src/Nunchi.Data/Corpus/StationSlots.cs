using Nunchi.Data.Objects;
using Nunchi.Data.Pages;

namespace Nunchi.Data.Corpus;

/// <summary>Draws stations whose names mean one place, so that what a sentence says of them is true without saying more.</summary>
internal sealed class StationSlots
{
    private const string HighSpeed = "KTX";
    private readonly SeededRandom _random;
    private readonly Dictionary<string, Station[]> _pools;

    public StationSlots(SeededRandom random, CorpusSplit split)
    {
        _random = random;
        Station[] clear = [.. Of(split).Where(station => Stations.Named(station.Korean).Select(other => other.City).Distinct().Count() == 1)];
        Station[] underground = [.. clear.Where(station => station.Line != HighSpeed)];
        _pools = new Dictionary<string, Station[]>(StringComparer.Ordinal)
        {
            ["station"] = underground,
            ["nstation"] = [.. underground.Where(station => station.Previous.Length > 0 && station.Next.Length > 0)],
            ["cstation"] = [.. underground.Where(station => station.Colour != ColourName.None)],
            ["numstation"] = [.. underground.Where(station => station.Number.Length > 0 && Stations.Named(station.Korean).Count == 1)],
            ["railstation"] = [.. clear.Where(station => station.Line == HighSpeed)],
        };
    }

    public CorpusEntry? Draw(string name)
    {
        if (!_pools.TryGetValue(name, out Station[]? pool))
            return null;
        Station station = _random.Pick(pool);
        return CorpusEntry.Of(
            ("full", station.Full), ("name", station.Korean), ("city", station.City), ("roman", station.Roman.Replace(" Station", "", StringComparison.Ordinal)),
            ("line", name is "station" ? Lines(station) : station.Line), ("enline", English(station.Line)), ("number", station.Number),
            ("colour", station.Colour == ColourName.None ? "" : Colours.Noun(station.Colour)),
            ("previous", station.Previous), ("next", station.Next), ("previousfull", Full(station.Previous)), ("nextfull", Full(station.Next)));
    }

    private static IReadOnlyList<Station> Of(CorpusSplit split) => split switch
    {
        CorpusSplit.Training => Stations.Training,
        CorpusSplit.HeldOut => Stations.HeldOut,
        _ => Stations.All,
    };

    private static string Lines(Station station)
    {
        string[] lines = [.. Stations.Named(station.Korean).Select(other => other.Line).Where(line => line != HighSpeed).Distinct()];
        return lines.Length == 1 ? lines[0] : string.Join(", ", lines[..^2].Append(KoreanGrammar.Add(lines[^2], Particle.And) + " " + lines[^1]));
    }

    private static string English(string line)
    {
        string[] parts = line.Split(' ');
        if (parts.Length == 2 && parts[1].EndsWith("호선", StringComparison.Ordinal))
            return $"{Romanisation.Of(parts[0])} Line {parts[1][..^2]}";
        return line == "신분당선" ? "the Shinbundang Line" : line;
    }

    private static string Full(string name) => name.Length == 0 || name.EndsWith('역') ? name : name + "역";
}

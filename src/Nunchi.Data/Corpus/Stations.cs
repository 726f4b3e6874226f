using System.Text;
using Nunchi.Data.Objects;

namespace Nunchi.Data.Corpus;

/// <summary>Real stations with their facts. A station on several lines appears once for each.</summary>
public static class Stations
{
    private static readonly Dictionary<string, Station[]> ByName;

    static Stations()
    {
        All = Read();
        Training = [.. All.Where(station => !station.HeldOut)];
        HeldOut = [.. All.Where(station => station.HeldOut)];
        ByName = All.GroupBy(station => station.Korean, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        Taught = [.. All.Where(IsTaught)];
    }

    /// <summary>Every station, in the order of its line.</summary>
    public static IReadOnlyList<Station> All { get; }

    /// <summary>Stations whose names may be trained on.</summary>
    public static IReadOnlyList<Station> Training { get; }

    /// <summary>Stations whose names are kept for measuring.</summary>
    public static IReadOnlyList<Station> HeldOut { get; }

    /// <summary>Stations of training whose names tell where they are: only these are asked for city and line.</summary>
    public static IReadOnlyList<Station> Taught { get; }

    /// <summary>Whether a station is one of <see cref="Taught"/>.</summary>
    public static bool IsTaught(Station station) => !station.HeldOut && IsOnlyOne(station.Korean);

    /// <summary>Whether all stations of a name lie in one city; 시청 is a station in three.</summary>
    public static bool IsOnlyOne(string name) => Named(name).DistinctBy(station => station.City).Count() == 1;

    /// <summary>The stations of a name, with or without 역; none when it is unknown. The same name may stand for different places (시청 in three cities).</summary>
    public static IReadOnlyList<Station> Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ByName.TryGetValue(name, out Station[]? found))
            return found;
        return name.EndsWith('역') && ByName.TryGetValue(name[..^1], out found) ? found : [];
    }

    private static Station[] Read()
    {
        using Stream stream = typeof(Stations).Assembly.GetManifestResourceStream("Nunchi.Data.Corpus.stations.tsv")
            ?? throw new InvalidOperationException("The resource Corpus/stations.tsv is not in the assembly.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        reader.ReadLine();
        List<string[]> rows = [];
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            string[] cells = line.Split('\t');
            if (cells.Length != 7)
                throw new InvalidDataException($"stations.tsv: the line '{line}' has {cells.Length} cells, not 7.");
            rows.Add(cells);
        }

        Station[] stations = new Station[rows.Count];
        for (int i = 0; i < stations.Length; i++)
        {
            string[] row = rows[i];
            bool follows = i > 0 && SameTrack(rows[i - 1], row);
            bool leads = i + 1 < rows.Count && SameTrack(row, rows[i + 1]);
            stations[i] = new Station(
                row[0], row[1], row[2], row[4], row[5], row[6] == "-" ? ColourName.None : Enum.Parse<ColourName>(row[6], ignoreCase: true),
                follows ? rows[i - 1][0] : "", leads ? rows[i + 1][0] : "", WordSplit.IsHeldOut(row[0]));
        }

        return stations;
    }

    private static bool SameTrack(string[] one, string[] two) => one[2] == two[2] && one[3] == two[3];
}

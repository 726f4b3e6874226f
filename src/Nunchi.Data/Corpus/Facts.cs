namespace Nunchi.Data.Corpus;

/// <summary>Tables of everyday knowledge: colours of fruits, capitals, opposites, what places are for ...</summary>
public static class Facts
{
    private static readonly Dictionary<string, FactTable> ByName = Read();

    /// <summary>The tables there are.</summary>
    public static IReadOnlyCollection<string> Tables => ByName.Keys;

    /// <summary>A table.</summary>
    /// <exception cref="KeyNotFoundException">There is no such table.</exception>
    public static FactTable Table(string name) =>
        ByName.TryGetValue(name, out FactTable? table) ? table : throw new KeyNotFoundException($"There is no table of facts '{name}'; there are {string.Join(", ", ByName.Keys)}.");

    internal static bool TryGet(string name, out FactTable? table) => ByName.TryGetValue(name, out table);

    private static Dictionary<string, FactTable> Read()
    {
        Dictionary<string, FactTable> tables = new(StringComparer.Ordinal);
        foreach ((string heading, List<string> lines) in CorpusResource.Blocks("facts.txt"))
        {
            string[] parts = heading.Split(':', StringSplitOptions.TrimEntries);
            string[] fields = parts[1].Split(' ');
            string[][] rows = [.. lines.Select(line => line.Split('|'))];
            foreach (string[] row in rows)
            {
                if (row.Length != fields.Length)
                    throw new InvalidDataException($"facts.txt: a row of '{parts[0]}' has {row.Length} cells, not {fields.Length}: {string.Join('|', row)}");
            }

            tables.Add(parts[0], new FactTable(parts[0], fields, rows));
        }

        return tables;
    }
}

/// <summary>A table of facts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fields">Names of its columns.</param>
/// <param name="Rows">Its rows, a cell for each field.</param>
public sealed record FactTable(string Name, IReadOnlyList<string> Fields, IReadOnlyList<IReadOnlyList<string>> Rows);

using System.Globalization;
using System.Text;

namespace Nunchi.Data.Objects;

/// <summary>The kinds of things that pictures show. Class numbers follow the order of <c>objects.tsv</c>; append there, never reorder, because trained models know the numbers.</summary>
public static class ObjectCatalogue
{
    private static readonly Dictionary<string, ObjectClass> ByKey;

    static ObjectCatalogue()
    {
        All = Read();
        ByKey = All.ToDictionary(item => item.Key, StringComparer.Ordinal);
        Categories = [.. All.Select(item => item.Category).Distinct()];
    }

    /// <summary>Every class; the class with <see cref="ObjectClass.Id"/> i is at index i - 1.</summary>
    public static IReadOnlyList<ObjectClass> All { get; }

    /// <summary>The categories in order of first appearance.</summary>
    public static IReadOnlyList<string> Categories { get; }

    /// <summary>The class of a number from labels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no class of this number.</exception>
    public static ObjectClass ById(int id)
    {
        if (id < 1 || id > All.Count)
            throw new ArgumentOutOfRangeException(nameof(id), id, $"Object classes are numbered 1 to {All.Count}.");
        return All[id - 1];
    }

    /// <summary>The class of a key such as "umbrella".</summary>
    /// <exception cref="KeyNotFoundException">There is no such class.</exception>
    public static ObjectClass Get(string key) =>
        ByKey.TryGetValue(key, out ObjectClass? found) ? found : throw new KeyNotFoundException($"There is no object class '{key}'.");

    /// <summary>The classes of one category.</summary>
    public static IEnumerable<ObjectClass> In(string category) => All.Where(item => item.Category == category);

    private static List<ObjectClass> Read()
    {
        using Stream stream = typeof(ObjectCatalogue).Assembly.GetManifestResourceStream("Nunchi.Data.Objects.objects.tsv")
            ?? throw new InvalidOperationException("The resource Objects/objects.tsv is not in the assembly.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        reader.ReadLine();
        List<ObjectClass> items = [];
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            string[] cells = line.Split('\t');
            if (cells.Length != 8)
                throw new InvalidDataException($"objects.tsv: the line '{line}' has {cells.Length} cells, not 8.");
            items.Add(new ObjectClass(
                items.Count + 1, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5],
                [.. cells[6].Split(' ').Select(Variant)], cells[7] == "y"));
        }

        return items;
    }

    private static ObjectVariant Variant(string cell)
    {
        const string shape = "shape:";
        if (cell.StartsWith(shape, StringComparison.Ordinal))
        {
            string name = cell[shape.Length..].Replace("-", "", StringComparison.Ordinal);
            return new ObjectVariant(0, Enum.Parse<ShapeKind>(name, ignoreCase: true), ColourName.None);
        }

        string[] parts = cell.Split(':');
        if (parts.Length != 2)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"objects.tsv: the variant '{cell}' is neither shape:NAME nor EMOJI:COLOUR."));
        ColourName colour = parts[1] == "-" ? ColourName.None : Enum.Parse<ColourName>(parts[1], ignoreCase: true);
        return new ObjectVariant(Rune.GetRuneAt(parts[0], 0).Value, ShapeKind.None, colour);
    }
}

using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Nunchi.Training.Recipes;

/// <summary>
/// A mapping of a recipe. Remembers which keys were asked for, so that <see cref="Finish"/> can reject every other one and suggest what was meant.
/// </summary>
internal sealed class RecipeSection(string file, string path, YamlMappingNode node, bool pathsMustExist)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public string File => file;

    public long Line => node.Start.Line;

    /// <summary>All keys in their order.</summary>
    public IEnumerable<string> Keys => node.Children.Keys.Select(key => (key as YamlScalarNode)?.Value ?? throw Error(key, $"a key of {Name} is not plain text"));

    private string Name => path.Length == 0 ? "the recipe" : path;

    public bool Has(string key)
    {
        _known.Add(key);
        return Find(key) is not null;
    }

    /// <summary>Whether the value is a plain word rather than a mapping or a list.</summary>
    public bool IsText(string key)
    {
        _known.Add(key);
        return Find(key) is YamlScalarNode;
    }

    public string Text(string key, string? fallback = null)
    {
        _known.Add(key);
        var found = Find(key);
        if (found is null)
            return fallback ?? throw Missing(key, "text");
        if (found is not YamlScalarNode { Value: { Length: > 0 } text })
            throw Error(found, $"{At(key)} must be text that is not empty");
        return text;
    }

    public bool Flag(string key, bool fallback)
    {
        _known.Add(key);
        var found = Find(key);
        if (found is null)
            return fallback;
        return (found as YamlScalarNode)?.Value switch
        {
            "true" => true,
            "false" => false,
            _ => throw Error(found, $"{At(key)} is '{Show(found)}'; allowed: true, false"),
        };
    }

    public int Integer(string key, int? fallback, int least, int most)
    {
        _known.Add(key);
        var found = Find(key);
        if (found is null)
            return fallback ?? throw Missing(key, $"a whole number from {least} to {most}");
        return ParseInteger(found, At(key), least, most);
    }

    public double Number(string key, double? fallback, double least, double most)
    {
        _known.Add(key);
        var found = Find(key);
        if (found is null)
            return fallback ?? throw Missing(key, $"a number from {Show(least)} to {Show(most)}");
        return ParseNumber(found, At(key), least, most);
    }

    public IReadOnlyList<int> Integers(string key, IReadOnlyList<int>? fallback, int least, int most)
    {
        _known.Add(key);
        return Items(key, fallback, "a list of whole numbers", (item, at) => ParseInteger(item, at, least, most));
    }

    public IReadOnlyList<double> Numbers(string key, IReadOnlyList<double>? fallback, double least, double most)
    {
        _known.Add(key);
        return Items(key, fallback, "a list of numbers", (item, at) => ParseNumber(item, at, least, most));
    }

    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string>? fallback)
    {
        _known.Add(key);
        return Items(key, fallback, "a list of texts", (item, at) => item is YamlScalarNode { Value: { Length: > 0 } text } ? text : throw Error(item, $"{at} must be text that is not empty"));
    }

    public T Choice<T>(string key, T? fallback, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        _known.Add(key);
        var found = Find(key);
        var allowed = string.Join(", ", choices.Keys);
        if (found is null)
            return fallback ?? throw Missing(key, $"one of {allowed}");
        if ((found as YamlScalarNode)?.Value is { } text && choices.TryGetValue(text, out var choice))
            return choice;
        var nearest = NearestName.Of(Show(found), choices.Keys);
        throw Error(found, $"{At(key)} is '{Show(found)}'; allowed: {allowed}{(nearest is null ? "" : $" (did you mean '{nearest}'?)")}");
    }

    public RecipeSection Section(string key) => SectionOrNull(key) ?? throw Missing(key, "a mapping");

    public RecipeSection? SectionOrNull(string key)
    {
        _known.Add(key);
        return Find(key) switch
        {
            null => null,
            YamlMappingNode mapping => new RecipeSection(file, At(key), mapping, pathsMustExist),
            var other => throw Error(other, $"{At(key)} is '{Show(other)}'; expected a mapping of keys to values"),
        };
    }

    public IReadOnlyList<RecipeSection> Sections(string key)
    {
        _known.Add(key);
        return Items(key, null, "a list of mappings", (item, at) => item is YamlMappingNode mapping ? new RecipeSection(file, at, mapping, pathsMustExist) : throw Error(item, $"{at} must be a mapping"));
    }

    /// <summary>A file or directory that must be there; relative paths start at the directory of the recipe, then at the working directory.</summary>
    public string? ExistingPath(string key)
    {
        _known.Add(key);
        if (Find(key) is not { } found)
            return null;
        var text = Text(key);
        var beside = Path.GetFullPath(text, Path.GetDirectoryName(Path.GetFullPath(file))!);
        if (Path.Exists(beside))
            return beside;
        var here = Path.GetFullPath(text);
        if (Path.Exists(here))
            return here;
        if (!pathsMustExist)
            return beside;
        throw Error(found, $"{At(key)} names '{text}', which is not there (looked for {beside}{(here == beside ? "" : $" and {here}")})");
    }

    /// <summary>An error at the line of a key.</summary>
    public RecipeException Error(string key, string message) => Error(Find(key) ?? node, $"{At(key)} {message}");

    /// <summary>Rejects every key that nobody asked for.</summary>
    public void Finish()
    {
        foreach (var (keyNode, _) in node.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? throw Error(keyNode, $"a key of {Name} is not plain text");
            if (_known.Contains(key))
                continue;
            var nearest = NearestName.Of(key, _known);
            var hint = nearest is null ? $"known keys: {string.Join(", ", _known.Order(StringComparer.Ordinal))}" : $"did you mean '{nearest}'?";
            throw Error(keyNode, $"unknown key '{key}' in {Name}; {hint}");
        }
    }

    private IReadOnlyList<T> Items<T>(string key, IReadOnlyList<T>? fallback, string expected, Func<YamlNode, string, T> read)
    {
        var found = Find(key);
        if (found is null)
            return fallback ?? throw Missing(key, expected);
        if (found is not YamlSequenceNode sequence)
            throw Error(found, $"{At(key)} is '{Show(found)}'; expected {expected}");
        return [.. sequence.Children.Select((item, index) => read(item, $"{At(key)}[{index}]"))];
    }

    private int ParseInteger(YamlNode value, string at, int least, int most)
    {
        if (value is YamlScalarNode { Value: { } text }
            && int.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
            return number;
        throw Error(value, $"{at} is '{Show(value)}'; expected a whole number from {least} to {most}");
    }

    private double ParseNumber(YamlNode value, string at, double least, double most)
    {
        if (value is YamlScalarNode { Value: { } text }
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
            return number;
        throw Error(value, $"{at} is '{Show(value)}'; expected a number from {Show(least)} to {Show(most)}");
    }

    private YamlNode? Find(string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    private string At(string key) => path.Length == 0 ? key : $"{path}.{key}";

    // A required key that is missing is most often one that was mistyped.
    private RecipeException Missing(string key, string expected)
    {
        foreach (var keyNode in node.Children.Keys)
        {
            if (keyNode is YamlScalarNode { Value: { } typed } && !_known.Contains(typed) && NearestName.Of(typed, [key]) is not null)
                return Error(keyNode, $"unknown key '{typed}' in {Name}; did you mean '{key}', which is needed?");
        }

        return new RecipeException(file, node.Start.Line, $"{Name} needs the key '{key}': {expected}");
    }

    private RecipeException Error(YamlNode at, string message) => new(file, at.Start.Line, message);

    private static string Show(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static string Show(YamlNode value) => value switch
    {
        YamlScalarNode scalar => scalar.Value ?? "",
        YamlMappingNode => "a mapping",
        _ => "a list",
    };
}

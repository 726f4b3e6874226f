using System.Text.Json;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Models;

/// <summary>An object of a configuration file that knows file and key path, reads values with defaults and range checks, and names them in errors.</summary>
internal readonly struct ConfigSection(string file, string path, JsonElement element)
{
    private const long MaximumFileLength = 16 << 20;

    internal static ConfigSection Load(string file)
    {
        if (File.Exists(file) && FileLength.Of(file) is var length and > MaximumFileLength)
            throw new InvalidDataException($"{file}: a configuration of {length} bytes; at most {MaximumFileLength} are allowed.");
        using JsonDocument document = StrictJson.Parse(file, File.ReadAllBytes(file), allowDuplicates: false);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new ConfigSection(file, "", document.RootElement.Clone())
            : throw new InvalidDataException($"{file}: expected a JSON object, found {document.RootElement.ValueKind}.");
    }

    internal ConfigSection? Section(string key)
    {
        if (Find(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Object ? new ConfigSection(file, Join(key), value) : throw Wrong(key, "an object");
    }

    internal int Integer(string key, int fallback, int least, int most) => Find(key) == null ? fallback : Integer(key, least, most);

    internal int? OptionalInteger(string key, int least, int most) => Find(key) == null ? null : Integer(key, least, most);

    internal double Number(string key, double fallback, double least, double most)
    {
        if (Find(key) is not { } value)
            return fallback;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most
            ? number
            : throw Wrong(key, $"a number from {least} to {most}");
    }

    internal bool Boolean(string key, bool fallback) => OptionalBoolean(key) ?? fallback;

    internal bool? OptionalBoolean(string key) => Find(key)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(key, "true or false"),
    };

    internal string? Text(string key)
    {
        if (Find(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a text");
    }

    internal string Choice(string key, string fallback, params ReadOnlySpan<string> allowed)
    {
        string value = Text(key) ?? fallback;
        foreach (string candidate in allowed)
        {
            if (candidate == value)
                return value;
        }
        throw Wrong(key, $"one of {string.Join(", ", allowed)}");
    }

    internal IReadOnlyList<int> IntegerOrList(string key, int least, int most)
    {
        if (Find(key) is not { } value)
            return [];
        return value.ValueKind == JsonValueKind.Array ? [.. Items(key, least, most)] : [Integer(key, least, most)];
    }

    internal IReadOnlyList<IReadOnlyList<int>>? Lists(string key, int least, int most)
    {
        if (Find(key) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(key, "a list of lists");
        string expected = $"a list of lists of whole numbers from {least} to {most}";
        var lists = new List<IReadOnlyList<int>>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Array)
                throw Wrong(key, expected);
            var numbers = new List<int>();
            foreach (JsonElement number in item.EnumerateArray())
                numbers.Add(IsInteger(number, least, most, out int whole) ? whole : throw Wrong(key, expected));
            lists.Add(numbers);
        }
        return lists;
    }

    internal IReadOnlyList<string> Texts(string key)
    {
        if (Find(key) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw Wrong(key, "a list of texts");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    /// <summary>An object whose values are all numbers; empty when the key is missing.</summary>
    internal IReadOnlyDictionary<string, double> Numbers(string key, double least, double most)
    {
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        if (Find(key) is not { } value)
            return numbers;
        ConfigSection section = Section(key)!.Value;
        foreach (JsonProperty property in value.EnumerateObject())
            numbers[property.Name] = section.Number(property.Name, 0, least, most);
        return numbers;
    }

    /// <summary>The key is there and its value is JSON's null, which in some configurations differs from leaving it out.</summary>
    internal bool IsNull(string key) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    internal JsonValueKind Kind(string key) => Find(key)?.ValueKind ?? JsonValueKind.Undefined;

    internal InvalidDataException Wrong(string key, string expected)
    {
        string found = Find(key)?.GetRawText() ?? "missing";
        return new InvalidDataException($"{file}: \"{Join(key)}\" is {(found.Length > 80 ? found[..80] + "..." : found)}; expected {expected}.");
    }

    private int Integer(string key, int least, int most) =>
        IsInteger(Find(key)!.Value, least, most, out int whole) ? whole : throw Wrong(key, $"a whole number from {least} to {most}");

    private IEnumerable<int> Items(string key, int least, int most)
    {
        var numbers = new List<int>();
        foreach (JsonElement item in Find(key)!.Value.EnumerateArray())
            numbers.Add(IsInteger(item, least, most, out int whole) ? whole : throw Wrong(key, $"whole numbers from {least} to {most}"));
        return numbers;
    }

    private static bool IsInteger(JsonElement value, int least, int most, out int whole)
    {
        whole = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out whole) && whole >= least && whole <= most;
    }

    private JsonElement? Find(string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string Join(string key) => path.Length == 0 ? key : $"{path}.{key}";
}

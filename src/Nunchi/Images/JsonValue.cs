using System.Text.Json;

namespace Nunchi.Images;

/// <summary>A value of a configuration file that knows where it stands, so that a complaint about it can name file and key.</summary>
internal readonly record struct JsonValue(string File, string Key, JsonElement Element)
{
    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    public bool IsNumber => Element.ValueKind == JsonValueKind.Number;

    public bool IsText => Element.ValueKind == JsonValueKind.String;

    public JsonValue Object() => IsObject ? this : throw Wrong("an object");

    /// <summary>The member of that name; null when it is absent or JSON's null.</summary>
    public JsonValue? Find(string name) =>
        Element.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null
            ? new JsonValue(File, Join(name), member)
            : null;

    public JsonValue At(string name) => Find(name) ?? throw new InvalidDataException($"{File}: \"{Join(name)}\" is missing.");

    public string Text()
    {
        try
        {
            return IsText ? Element.GetString()! : throw Wrong("a text");
        }
        catch (InvalidOperationException)
        {
            throw Wrong("a text of valid characters");
        }
    }

    public bool Boolean() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    public int Integer(int least, int most) =>
        IsNumber && Element.TryGetDouble(out double value) && value == Math.Floor(value) && value >= least && value <= most
            ? (int)value
            : throw Wrong($"a whole number from {least} to {most}");

    public double Number(double least, double most) =>
        IsNumber && Element.TryGetDouble(out double value) && value >= least && value <= most
            ? value
            : throw Wrong($"a number from {least} to {most}");

    public List<JsonValue> Items(int least, int most)
    {
        if (Element.ValueKind != JsonValueKind.Array || Element.GetArrayLength() < least || Element.GetArrayLength() > most)
            throw Wrong(least == most ? $"a list of {least}" : $"a list of {least} to {most}");
        JsonValue self = this;
        return [.. Element.EnumerateArray().Select((item, i) => new JsonValue(self.File, $"{self.Key}[{i}]", item))];
    }

    public IReadOnlyList<double> Channels(double least, double most) => [.. Items(3, 3).Select(item => item.Number(least, most))];

    public InvalidDataException Wrong(string expected)
    {
        string found = Element.GetRawText();
        if (found.Length > 80)
            found = found[..80] + "...";
        return new InvalidDataException($"{File}: \"{Key}\" is {found}; expected {expected}.");
    }

    private string Join(string name) => Key.Length == 0 ? name : $"{Key}.{name}";
}

using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Text.Files;

/// <summary>A place in a JSON file that knows where it is, so that every complaint names the file and the key.</summary>
internal readonly struct JsonNode(JsonElement element, string file, string path)
{
    public JsonElement Element { get; } = element;

    public JsonValueKind Kind => Element.ValueKind;

    public bool IsNull => Kind is JsonValueKind.Null or JsonValueKind.Undefined;

    public static T Read<T>(ReadOnlyMemory<byte> utf8, string file, Func<JsonNode, T> read)
    {
        try
        {
            if (utf8.Span.StartsWith("\uFEFF"u8))
                utf8 = utf8[3..];
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 64 });
            return read(new JsonNode(document.RootElement, file, ""));
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{file}: not readable as JSON (line {problem.LineNumber + 1}, byte {problem.BytePositionInLine}): {problem.Message}", problem);
        }
        catch (InvalidOperationException problem)
        {
            throw new InvalidDataException($"{file}: a text or name in it is not valid Unicode: {problem.Message}", problem);
        }
    }

    public static byte[] ReadFile(string file, long limit)
    {
        var length = FileLength.Of(file);
        if (length > limit)
            throw new InvalidDataException($"{file}: {length} bytes; such a file has at most {limit}");
        return File.ReadAllBytes(file);
    }

    public InvalidDataException Error(string problem) => new($"{file}: {(path.Length == 0 ? "the top level" : path)}: {problem}");

    public InvalidDataException Expected(string what) => Error($"expected {what}, found {Describe()}");

    /// <summary>The value under a key; <see cref="IsNull"/> when the key is missing.</summary>
    public JsonNode Get(string key)
    {
        if (Kind != JsonValueKind.Object)
            throw Expected("an object");
        return new JsonNode(Element.TryGetProperty(key, out var value) ? value : default, file, path.Length == 0 ? key : $"{path}.{key}");
    }

    public IEnumerable<JsonNode> Items()
    {
        if (Kind != JsonValueKind.Array)
            throw Expected("a list");
        var index = 0;
        foreach (var item in Element.EnumerateArray())
            yield return new JsonNode(item, file, $"{path}[{index++}]");
    }

    public IEnumerable<(JsonProperty Property, JsonNode Value)> Members()
    {
        if (Kind != JsonValueKind.Object)
            throw Expected("an object");
        foreach (var property in Element.EnumerateObject())
            yield return (property, new JsonNode(property.Value, file, $"{path}[\"{KeyText(property)}\"]"));
    }

    public string Text()
    {
        if (Kind != JsonValueKind.String)
            throw Expected("a string");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("the string is not valid Unicode");
        }
    }

    public string TextOr(string fallback) => IsNull ? fallback : Text();

    public bool Flag(bool fallback) => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => fallback,
        _ => throw Expected("true or false"),
    };

    public int Integer() => Kind == JsonValueKind.Number && Element.TryGetInt32(out var value) ? value : throw Expected("an integer");

    /// <summary>The string's UTF-8, without copying it unless it has escapes.</summary>
    public ReadOnlySpan<byte> Utf8()
    {
        if (Kind != JsonValueKind.String)
            throw Expected("a string");
        var raw = JsonMarshal.GetRawUtf8Value(Element)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(Text()) : raw;
    }

    /// <summary>The UTF-8 of a key, likewise.</summary>
    public ReadOnlySpan<byte> Utf8(JsonProperty property)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(property);
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(KeyText(property)) : raw;
    }

    private static string KeyText(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    private string Describe()
    {
        if (Kind == JsonValueKind.Undefined)
            return "nothing";
        var raw = Element.GetRawText();
        return raw.Length <= 60 ? raw : $"{raw.AsSpan(0, 60)}...";
    }
}

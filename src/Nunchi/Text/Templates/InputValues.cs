using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Nunchi.Text.Templates;

/// <summary>Turns a caller's values into template values and marks where their text comes from.</summary>
internal static class InputValues
{
    private const int DepthLimit = 64;
    private static readonly HashSet<string> RoleNames = ["system", "user", "assistant", "tool"];

    /// <summary>The value of a variable; each item of <c>messages</c> gets an origin of its own.</summary>
    public static object? Variable(string name, object? value)
    {
        if (name != "messages" || value is string or IDictionary or IReadOnlyDictionary<string, object?> || value is JsonElement { ValueKind: not JsonValueKind.Array })
            return Convert(value, Origin.Value, 0);
        var items = value is JsonElement json ? json.EnumerateArray().Select(e => (object?)e) : ((IEnumerable?)value)?.Cast<object?>() ?? [];
        return new ListValue([.. items.Select((item, index) => Convert(item, Origin.OfMessage(index), 0))]);
    }

    private static object? Convert(object? value, int origin, int depth)
    {
        if (depth > DepthLimit)
            throw new ArgumentException($"a template's values nest deeper than {DepthLimit}");
        switch (value)
        {
            case null or bool or long or double or TemplateText:
                return value;
            case string text:
                return new TemplateText(text, origin);
            case int or short or byte or uint or ushort or sbyte:
                return System.Convert.ToInt64(value, CultureInfo.InvariantCulture);
            case float single:
                return (double)single;
            case decimal number:
                return (double)number;
            case JsonElement json:
                return FromJson(json, origin, depth);
            case IReadOnlyDictionary<string, object?> members:
                return Dict(members.Select(m => (m.Key, m.Value)), origin, depth);
            case IDictionary members:
                return Dict(members.Cast<DictionaryEntry>().Select(m => ((string)m.Key, m.Value)), origin, depth);
            case IEnumerable items:
                return new ListValue([.. items.Cast<object?>().Select(i => Convert(i, origin, depth + 1))]);
            default:
                throw new ArgumentException($"a template cannot use a value of type {value.GetType().Name}; give strings, numbers, booleans, lists and dictionaries");
        }
    }

    private static DictValue Dict(IEnumerable<(string Key, object? Value)> members, int origin, int depth)
    {
        var dict = new DictValue();
        foreach (var (key, value) in members)
        {
            var role = key == "role" && depth == 0 && (value as string ?? (value is JsonElement { ValueKind: JsonValueKind.String } json ? json.GetString() : null)) is { } name
                && RoleNames.Contains(name) ? new TemplateText(name) : null;
            dict.Set(new TemplateText(key, origin), role ?? Convert(value, origin, depth + 1));
        }

        return dict;
    }

    private static object? FromJson(JsonElement json, int origin, int depth) => json.ValueKind switch
    {
        JsonValueKind.String => new TemplateText(json.GetString()!, origin),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => json.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 && json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble(),
        JsonValueKind.Array => new ListValue([.. json.EnumerateArray().Select(i => Convert(i, origin, depth + 1))]),
        JsonValueKind.Object => Dict(json.EnumerateObject().Select(p => (p.Name, (object?)p.Value)), origin, depth),
        _ => null,
    };
}

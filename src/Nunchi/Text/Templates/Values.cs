using System.Collections;

namespace Nunchi.Text.Templates;

// Values are: null (none), bool, long, double, TemplateText, ListValue, DictValue, Undefined, Callable and ObjectValue.

/// <summary>What a missing name or key gives: prints nothing, counts as false, and fails when looked into.</summary>
internal sealed class Undefined(string problem)
{
    public string Problem { get; } = problem;
}

/// <summary>A list, or a tuple, which differs only in how it prints.</summary>
internal sealed class ListValue(List<object?> items, bool isTuple = false)
{
    public List<object?> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;
}

/// <summary>A dictionary that keeps the order of its keys.</summary>
internal sealed class DictValue : IEnumerable<KeyValuePair<object, object?>>
{
    private readonly OrderedDictionary<object, object?> _items = new(ValueComparer.Instance);

    public int Count => _items.Count;

    public IEnumerable<object> Keys => _items.Keys;

    public IEnumerable<object?> Values => _items.Values;

    public void Set(object key, object? value) => _items[key] = value;

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        return key is not null && _items.TryGetValue(key, out value);
    }

    public bool TryGet(string key, out object? value) => _items.TryGetValue(new TemplateText(key), out value);

    public IEnumerator<KeyValuePair<object, object?>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Something with named members: <c>namespace()</c>, <c>loop</c>, a cycler.</summary>
internal class ObjectValue(string name)
{
    public string Name { get; } = name;

    public Dictionary<string, object?> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>What calling the object itself does, if anything.</summary>
    public Callable? Call { get; init; }
}

/// <summary>The arguments of a call.</summary>
internal sealed class Arguments(List<object?> positional, Dictionary<string, object?> named)
{
    public static Arguments None => new([], []);

    public List<object?> Positional { get; } = positional;

    public Dictionary<string, object?> Named { get; } = named;

    public int Count => Positional.Count + Named.Count;

    /// <summary>The argument at a position or with a name; the fallback when there is neither.</summary>
    public object? Get(int position, string name, object? fallback = null) =>
        position < Positional.Count ? Positional[position] : Named.TryGetValue(name, out var value) ? value : fallback;

    public bool Has(int position, string name) => position < Positional.Count || Named.ContainsKey(name);
}

/// <summary>Something that can be called: a macro, a method, a global function.</summary>
internal sealed class Callable(string name, Func<Renderer, Arguments, object?> body)
{
    public string Name { get; } = name;

    public object? Invoke(Renderer renderer, Arguments arguments) => body(renderer, arguments);
}

/// <summary>Equality of dictionary keys as Python has it: by text, and 1 == 1.0 == true.</summary>
internal sealed class ValueComparer : IEqualityComparer<object>
{
    public static readonly ValueComparer Instance = new();

    public new bool Equals(object? x, object? y) => (x, y) switch
    {
        (TemplateText a, TemplateText b) => a.Value == b.Value,
        (ListValue { IsTuple: true } a, ListValue { IsTuple: true } b) => a.Items.SequenceEqual(b.Items, this!),
        _ => Number(x) is { } a && Number(y) is { } b ? a == b : object.Equals(x, y),
    };

    public int GetHashCode(object value) => value switch
    {
        TemplateText text => string.GetHashCode(text.Value),
        ListValue { IsTuple: true } tuple => tuple.Items.Count,
        _ => Number(value)?.GetHashCode() ?? value.GetHashCode(),
    };

    private static double? Number(object? value) => value switch
    {
        bool b => b ? 1 : 0,
        long n => n,
        double d => d,
        _ => null,
    };
}

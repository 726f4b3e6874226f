namespace Nunchi.Text.Templates;

/// <summary>What <c>a.b</c>, <c>a['b']</c>, <c>a[0]</c> and <c>a[1:2]</c> give.</summary>
internal static class Members
{
    private static readonly HashSet<string> Mutators =
        ["append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault", "popitem"];

    public static object? Attribute(Renderer renderer, object? target, string name)
    {
        switch (target)
        {
            case Undefined undefined:
                throw renderer.Error(undefined.Problem);
            case ObjectValue value:
                return value.Members.TryGetValue(name, out var member) ? member : Missing(target, name);
            case TemplateText text:
                return (object?)StringMethods.Find(text, name) ?? Missing(target, name);
            case DictValue dict:
                return DictMethod(dict, name) ?? (dict.TryGet(name, out var item) ? item : Missing(target, name));
            case ListValue list:
                return (object?)ListMethod(list, name) ?? Missing(target, name);
            default:
                return Missing(target, name);
        }
    }

    public static object? Item(Renderer renderer, object? target, object? key)
    {
        switch (target)
        {
            case Undefined undefined:
                throw renderer.Error(undefined.Problem);
            case DictValue dict when dict.TryGet(key, out var item):
                return item;
            case ListValue list when Index(key) is { } index:
                index = index < 0 ? index + list.Items.Count : index;
                return index >= 0 && index < list.Items.Count ? list.Items[(int)index] : new Undefined($"the list has no item {key}");
            case TemplateText text when Index(key) is { } index:
                return CharacterAt(renderer, text, index);
        }

        return key is TemplateText name ? Attribute(renderer, target, name.Value) : Missing(target, PythonText.Of(renderer, key).Value);
    }

    public static object? Slice(Renderer renderer, object? target, object? from, object? to, object? step)
    {
        Operations.Defined(renderer, target);
        var by = step is null ? 1 : Index(step) ?? throw renderer.Error($"a slice's step is an int, not {Operations.TypeName(step)}");
        if (by == 0)
            throw renderer.Error("a slice's step cannot be 0");
        if (target is TemplateText text && by == 1 && !Operations.HasAstral(text))
        {
            renderer.CheckLength(text.Length);
            var (start, end) = Bounds(renderer, text.Length, from, to, by);
            return text.Slice((int)start, (int)Math.Max(0, end - start));
        }

        var items = target switch
        {
            ListValue list => list.Items,
            TemplateText characters => Operations.Characters(renderer, characters),
            _ => throw renderer.Error($"{Operations.TypeName(target)} cannot be sliced"),
        };
        var (first, last) = Bounds(renderer, items.Count, from, to, by);
        var picked = new List<object?>();
        for (var i = first; by > 0 ? i < last : i > last; i += by)
            picked.Add(items[(int)i]);
        renderer.CheckItems(picked.Count);
        if (target is not TemplateText)
            return new ListValue(picked, target is ListValue { IsTuple: true });
        return Operations.Concat(renderer, [.. picked.Cast<TemplateText>()]);
    }

    // As Python's slice.indices.
    private static (long Start, long End) Bounds(Renderer renderer, int length, object? from, object? to, long step)
    {
        var lower = step > 0 ? 0 : -1;
        var upper = step > 0 ? length : length - 1;
        return (Clamp(from, step > 0 ? lower : upper), Clamp(to, step > 0 ? upper : lower));

        long Clamp(object? bound, long fallback)
        {
            if (bound is null)
                return fallback;
            var index = Index(bound) ?? throw renderer.Error($"a slice's bound is an int, not {Operations.TypeName(bound)}");
            return Math.Clamp(index < 0 ? index + length : index, lower, upper);
        }
    }

    private static object? CharacterAt(Renderer renderer, TemplateText text, long index)
    {
        renderer.Charge(text.Length / 16);
        if (Operations.HasAstral(text))
        {
            var characters = Operations.Characters(renderer, text);
            index = index < 0 ? index + characters.Count : index;
            return index >= 0 && index < characters.Count ? characters[(int)index] : new Undefined("the str is shorter");
        }

        index = index < 0 ? index + text.Length : index;
        return index >= 0 && index < text.Length ? text.Slice((int)index, 1) : new Undefined("the str is shorter");
    }

    private static long? Index(object? key) => key switch
    {
        long index => Math.Clamp(index, -(1L << 40), 1L << 40),
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    private static Undefined Missing(object? target, string name) => new($"{Operations.TypeName(target)} has no '{name}'");

    private static Callable? DictMethod(DictValue dict, string name)
    {
        switch (name)
        {
            case "items":
                return new Callable(name, (r, _) => Made(r, dict.Select(p => (object?)new ListValue([p.Key, p.Value], isTuple: true)), dict.Count));
            case "keys":
                return new Callable(name, (r, _) => Made(r, dict.Keys, dict.Count));
            case "values":
                return new Callable(name, (r, _) => Made(r, dict.Values, dict.Count));
            case "get":
                return new Callable(name, (_, a) => dict.TryGet(a.Get(0, "key"), out var value) ? value : a.Get(1, "default"));
            case "copy":
                return new Callable(name, (r, _) =>
                {
                    r.CheckItems(dict.Count);
                    var copy = new DictValue();
                    foreach (var (key, value) in dict)
                        copy.Set(key, value);
                    return copy;
                });
            default:
                return Mutators.Contains(name) && !dict.TryGet(name, out _) ? Refusal(name) : null;
        }
    }

    private static ListValue Made(Renderer renderer, IEnumerable<object?> items, int count)
    {
        renderer.CheckItems(count);
        return new ListValue([.. items]);
    }

    private static Callable? ListMethod(ListValue list, string name) => name switch
    {
        "count" => new Callable(name, (r, a) => (long)list.Items.Count(i => Operations.AreEqual(r, i, a.Get(0, "value")))),
        "index" => new Callable(name, (r, a) => list.Items.FindIndex(i => Operations.AreEqual(r, i, a.Get(0, "value"))) is var at and >= 0
            ? (long)at
            : throw r.Error("the list does not hold the value")),
        "copy" => new Callable(name, (r, _) => Made(r, list.Items, list.Items.Count)),
        _ => Mutators.Contains(name) ? Refusal(name) : null,
    };

    // transformers renders in an immutable sandbox.
    private static Callable Refusal(string name) => new(name, (r, _) => throw r.Error($"'{name}' would change a value; templates may not"));
}

namespace Nunchi.Text.Templates;

/// <summary>Jinja's filters on lists and dictionaries.</summary>
internal static class ListFilters
{
    public static ListValue Copy(Renderer renderer, object? value) => Made(renderer, [.. Operations.Iterate(renderer, value)]);

    public static object? Join(Renderer renderer, object? value, Arguments arguments)
    {
        var separator = arguments.Has(0, "d") ? PythonText.Of(renderer, arguments.Get(0, "d")) : TemplateText.Empty;
        var key = KeyOf(renderer, arguments.Get(1, "attribute"));
        var parts = Operations.Iterate(renderer, value).Select(v => (object?)PythonText.Of(renderer, key(v)));
        return StringMethods.Join(renderer, separator, Made(renderer, [.. parts]));
    }

    public static object? First(Renderer renderer, object? value, Arguments arguments) =>
        Operations.Iterate(renderer, value) is { Count: > 0 } items ? items[0] : new Undefined("there is no first item, the list is empty");

    public static object? Last(Renderer renderer, object? value, Arguments arguments) =>
        Operations.Iterate(renderer, value) is { Count: > 0 } items ? items[^1] : new Undefined("there is no last item, the list is empty");

    public static object? Reverse(Renderer renderer, object? value, Arguments arguments)
    {
        List<object?> items = [.. Operations.Iterate(renderer, value)];
        items.Reverse();
        return value is TemplateText ? Operations.Concat(renderer, [.. items.Cast<TemplateText>()]) : Made(renderer, items);
    }

    public static object? Items(Renderer renderer, object? value, Arguments arguments) => value switch
    {
        Undefined => new ListValue([]),
        DictValue dict => Made(renderer, [.. dict.Select(p => Pair(p.Key, p.Value))]),
        _ => throw renderer.Error($"items needs a dict, not {Operations.TypeName(value)}"),
    };

    public static object? DictSort(Renderer renderer, object? value, Arguments arguments)
    {
        var dict = value as DictValue ?? throw renderer.Error($"dictsort needs a dict, not {Operations.TypeName(value)}");
        var sensitive = Operations.IsTrue(arguments.Get(0, "case_sensitive"));
        var position = (arguments.Get(1, "by") as TemplateText)?.Value == "value" ? 1 : 0;
        List<object?> pairs = [.. dict.Select(p => Pair(p.Key, p.Value))];
        return Sorted(renderer, pairs, p => Folded(((ListValue)p!).Items[position], sensitive), Operations.IsTrue(arguments.Get(2, "reverse")));
    }

    public static object? Sort(Renderer renderer, object? value, Arguments arguments)
    {
        var sensitive = Operations.IsTrue(arguments.Get(1, "case_sensitive"));
        var key = KeyOf(renderer, arguments.Get(2, "attribute"));
        return Sorted(renderer, [.. Operations.Iterate(renderer, value)], v => Folded(key(v), sensitive), Operations.IsTrue(arguments.Get(0, "reverse")));
    }

    public static object? Unique(Renderer renderer, object? value, Arguments arguments)
    {
        var sensitive = Operations.IsTrue(arguments.Get(0, "case_sensitive"));
        var key = KeyOf(renderer, arguments.Get(1, "attribute"));
        var seen = new HashSet<object>(ValueComparer.Instance);
        return Made(renderer, [.. Operations.Iterate(renderer, value).Where(v => seen.Add(Folded(key(v), sensitive) ?? DBNull.Value))]);
    }

    public static object? Extreme(Renderer renderer, object? value, Arguments arguments, int sign)
    {
        var sensitive = Operations.IsTrue(arguments.Get(0, "case_sensitive"));
        var key = KeyOf(renderer, arguments.Get(1, "attribute"));
        var items = Operations.Iterate(renderer, value);
        if (items.Count == 0)
            return new Undefined("there is no least or greatest item, the list is empty");
        var best = items[0];
        foreach (var item in items.Skip(1))
        {
            if (Operations.Compare(renderer, Folded(key(item), sensitive), Folded(key(best), sensitive)) * sign > 0)
                best = item;
        }

        return best;
    }

    public static object? Sum(Renderer renderer, object? value, Arguments arguments)
    {
        var key = KeyOf(renderer, arguments.Get(0, "attribute"));
        return Operations.Iterate(renderer, value).Aggregate(arguments.Get(1, "start", 0L), (sum, item) => Operations.Add(renderer, sum, key(item)));
    }

    public static object? Batch(Renderer renderer, object? value, Arguments arguments)
    {
        var size = arguments.Get(0, "linecount") is long n and >= 1 and <= int.MaxValue ? (int)n : throw renderer.Error("batch needs a size of at least 1");
        var fill = arguments.Get(1, "fill_with");
        var batches = Operations.Iterate(renderer, value).Chunk(size).Select(c => c.ToList()).ToList();
        if (fill is not null && batches.Count > 0)
        {
            renderer.CheckItems(size);
            batches[^1].AddRange(Enumerable.Repeat(fill, size - batches[^1].Count));
        }

        return Made(renderer, [.. batches.Select(b => (object?)new ListValue(b))]);
    }

    public static object? Map(Renderer renderer, object? value, Arguments arguments)
    {
        var items = Operations.Iterate(renderer, value);
        if (arguments.Named.TryGetValue("attribute", out var attribute))
        {
            var key = KeyOf(renderer, attribute);
            var fallback = arguments.Named.GetValueOrDefault("default");
            return Made(renderer, [.. items.Select(i => key(i) is var v && v is Undefined && fallback is not null ? fallback : v)]);
        }

        if (arguments.Positional.Count == 0)
            throw renderer.Error("map needs a filter's name or an attribute");
        var name = StringMethods.TextOf(renderer, arguments, 0, "filter").Value;
        var rest = new Arguments(arguments.Positional[1..], arguments.Named);
        return Made(renderer, [.. items.Select(i => Filters.Apply(renderer, name, i, rest))]);
    }

    public static object? Select(Renderer renderer, object? value, Arguments arguments, bool byAttribute, bool keep)
    {
        var key = byAttribute ? KeyOf(renderer, arguments.Get(0, "attr")) : v => v;
        var first = byAttribute ? 1 : 0;
        var test = arguments.Positional.Count > first ? StringMethods.TextOf(renderer, arguments, first, "test").Value : null;
        var rest = test is null ? Arguments.None : new Arguments(arguments.Positional[(first + 1)..], arguments.Named);
        return Made(renderer, [..Operations.Iterate(renderer, value).Where(item =>
        {
            renderer.Step(renderer.At);
            return keep == (test is null ? Operations.IsTrue(key(item)) : Tests.Apply(renderer, test, key(item), rest));
        })]);
    }

    public static object? GroupBy(Renderer renderer, object? value, Arguments arguments)
    {
        var key = KeyOf(renderer, arguments.Get(0, "attribute"));
        var sorted = Sorted(renderer, [.. Operations.Iterate(renderer, value)], v => Folded(key(v), sensitive: false), reverse: false);
        var groups = new List<(object? Key, List<object?> Items)>();
        foreach (var item in sorted.Items)
        {
            if (groups.Count == 0 || Operations.Compare(renderer, Folded(groups[^1].Key, false), Folded(key(item), false)) != 0)
                groups.Add((key(item), []));
            groups[^1].Items.Add(item);
        }

        return Made(renderer, [.. groups.Select(g => (object?)new ListValue([g.Key, new ListValue(g.Items)], isTuple: true))]);
    }

    private static ListValue Made(Renderer renderer, List<object?> items)
    {
        renderer.CheckItems(items.Count);
        return new ListValue(items);
    }

    private static object Pair(object key, object? value) => new ListValue([key, value], isTuple: true);

    private static object? Folded(object? value, bool sensitive) => value is TemplateText text && !sensitive ? text.WithValue(text.Value.ToLowerInvariant()) : value;

    private static ListValue Sorted(Renderer renderer, List<object?> items, Func<object?, object?> key, bool reverse)
    {
        renderer.CheckItems(items.Count);
        var keyed = items.Select((item, index) => (Item: item, Key: key(item), Index: index)).ToList();
        try
        {
            keyed.Sort((a, b) => Operations.Compare(renderer, a.Key, b.Key) is var order and not 0 ? reverse ? -order : order : a.Index - b.Index);
        }
        catch (InvalidOperationException problem) when (problem.InnerException is TemplateException inner)
        {
            throw inner;
        }

        return new ListValue([.. keyed.Select(k => k.Item)]);
    }

    // An attribute is a name, a position, or several with dots between.
    private static Func<object?, object?> KeyOf(Renderer renderer, object? attribute)
    {
        switch (attribute)
        {
            case null:
                return v => v;
            case long index:
                return v => Members.Item(renderer, v, index);
            case TemplateText path:
                var names = path.Value.Split('.').Select(n => long.TryParse(n, out var index) ? (object)index : new TemplateText(n)).ToArray();
                return v => names.Aggregate(v, (target, name) => Members.Item(renderer, target, name));
            default:
                throw renderer.Error("an attribute is a str or an int");
        }
    }
}

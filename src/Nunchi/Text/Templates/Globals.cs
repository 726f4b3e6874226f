namespace Nunchi.Text.Templates;

/// <summary>The functions that every template finds: Jinja's own and the two that transformers adds.</summary>
internal static class Globals
{
    public static void AddTo(Scope scope)
    {
        foreach (var function in (Callable[])[
            new("raise_exception", (r, a) =>
                throw new TemplateException(PythonText.Of(r, a.Get(0, "message")).Value, r.At.Line, r.At.Column, raisedByTemplate: true)),
            new("strftime_now", (r, a) => new TemplateText(TimeFormat.Format(r, r.Clock.GetLocalNow(), StringMethods.TextOf(r, a, 0, "format").Value))),
            new("range", Range),
            new("namespace", Namespace),
            new("dict", Dict),
            new("cycler", (r, a) => Cycler(r, a.Positional)),
            new("joiner", Joiner)])
            scope.Set(function.Name, function);
    }

    private static ListValue Range(Renderer renderer, Arguments arguments)
    {
        var numbers = arguments.Positional.Select(p => p as long? ?? throw renderer.Error($"range needs int, not {Operations.TypeName(p)}")).ToArray();
        var (start, end, step) = numbers.Length switch
        {
            1 => (0, numbers[0], 1),
            2 => (numbers[0], numbers[1], 1),
            3 when numbers[2] != 0 => (numbers[0], numbers[1], numbers[2]),
            _ => throw renderer.Error("range takes one to three numbers, the step not 0"),
        };
        var count = step > 0 ? ((Int128)end - start + step - 1) / step : ((Int128)start - end - step - 1) / -(Int128)step;
        if (count > TemplateLimits.RangeItems)
            throw renderer.Error($"range would make {count} items; the limit is {TemplateLimits.RangeItems}");
        renderer.CheckItems((long)Int128.Max(count, 0));
        var items = new List<object?>();
        for (var i = 0; i < (int)Int128.Max(count, 0); i++)
            items.Add(start + i * step);
        return new ListValue(items);
    }

    private static ObjectValue Namespace(Renderer renderer, Arguments arguments)
    {
        var value = new ObjectValue("namespace");
        if (arguments.Get(0, "") is DictValue dict)
        {
            foreach (var (key, item) in dict)
                value.Members[PythonText.Of(renderer, key).Value] = item;
        }

        foreach (var (name, item) in arguments.Named)
            value.Members[name] = item;
        return value;
    }

    private static DictValue Dict(Renderer renderer, Arguments arguments)
    {
        var dict = new DictValue();
        if (arguments.Positional is [DictValue given])
        {
            renderer.CheckItems(given.Count);
            foreach (var (key, item) in given)
                dict.Set(key, item);
        }

        foreach (var (name, item) in arguments.Named)
            dict.Set(new TemplateText(name), item);
        return dict;
    }

    private static ObjectValue Cycler(Renderer renderer, List<object?> items)
    {
        if (items.Count == 0)
            throw renderer.Error("cycler needs at least one item");
        var at = 0;
        var value = new ObjectValue("cycler");
        value.Members["current"] = items[0];
        value.Members["next"] = new Callable("next", (_, _) =>
        {
            var current = items[at];
            at = (at + 1) % items.Count;
            value.Members["current"] = items[at];
            return current;
        });
        value.Members["reset"] = new Callable("reset", (_, _) =>
        {
            at = 0;
            return value.Members["current"] = items[0];
        });
        return value;
    }

    private static ObjectValue Joiner(Renderer renderer, Arguments arguments)
    {
        var used = false;
        return new ObjectValue("joiner")
        {
            Call = new Callable("joiner", (_, _) =>
            {
                var text = used ? arguments.Get(0, "sep", new TemplateText(", ")) : TemplateText.Empty;
                used = true;
                return text;
            }),
        };
    }
}

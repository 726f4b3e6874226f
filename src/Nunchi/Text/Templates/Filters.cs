using System.Globalization;

namespace Nunchi.Text.Templates;

/// <summary>Jinja's filters, with <c>tojson</c> as transformers replaces it.</summary>
internal static class Filters
{
    public delegate object? Filter(Renderer renderer, object? value, Arguments arguments);

    private static readonly Dictionary<string, Filter> Known = new(StringComparer.Ordinal)
    {
        ["tojson"] = ToJson,
        ["string"] = (r, v, _) => PythonText.Of(r, v),
        ["safe"] = (_, v, _) => v,
        ["trim"] = (r, v, a) => StringMethods.Strip(r, PythonText.Of(r, v), a, true, true),
        ["upper"] = (r, v, _) => Text(r, v, t => t.ToUpperInvariant()),
        ["lower"] = (r, v, _) => Text(r, v, t => t.ToLowerInvariant()),
        ["title"] = (r, v, _) => Text(r, v, StringMethods.Title),
        ["capitalize"] = (r, v, _) => Text(r, v, StringMethods.Capitalize),
        ["replace"] = (r, v, a) => StringMethods.Replace(r, PythonText.Of(r, v), PythonText.Of(r, a.Get(0, "old")), PythonText.Of(r, a.Get(1, "new")),
            a.Get(2, "count") as long? ?? -1),
        ["center"] = (r, v, a) => StringMethods.Pad(r, PythonText.Of(r, v), a, " ", true, true),
        ["indent"] = Indent,
        ["wordcount"] = (r, v, _) => (long)PythonText.Of(r, v).Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length,
        ["format"] = (r, v, a) => StringFormat.Percent(r, PythonText.Of(r, v), a),
        ["escape"] = Escape,
        ["e"] = Escape,
        ["length"] = (r, v, _) => (long)Operations.Length(r, v),
        ["count"] = (r, v, _) => (long)Operations.Length(r, v),
        ["default"] = Default,
        ["d"] = Default,
        ["int"] = ToInteger,
        ["float"] = ToFloat,
        ["abs"] = (r, v, _) => v switch
        {
            long n => n == long.MinValue ? throw r.Error("the number is too large") : (object)Math.Abs(n),
            double d => Math.Abs(d),
            _ => throw r.Error($"abs needs a number, not {Operations.TypeName(v)}"),
        },
        ["round"] = Round,
        ["attr"] = (r, v, a) => Members.Attribute(r, v, StringMethods.TextOf(r, a, 0, "name").Value),
        ["join"] = ListFilters.Join,
        ["list"] = (r, v, _) => ListFilters.Copy(r, v),
        ["first"] = ListFilters.First,
        ["last"] = ListFilters.Last,
        ["reverse"] = ListFilters.Reverse,
        ["items"] = ListFilters.Items,
        ["dictsort"] = ListFilters.DictSort,
        ["sort"] = ListFilters.Sort,
        ["unique"] = ListFilters.Unique,
        ["min"] = (r, v, a) => ListFilters.Extreme(r, v, a, -1),
        ["max"] = (r, v, a) => ListFilters.Extreme(r, v, a, 1),
        ["sum"] = ListFilters.Sum,
        ["batch"] = ListFilters.Batch,
        ["map"] = ListFilters.Map,
        ["select"] = (r, v, a) => ListFilters.Select(r, v, a, byAttribute: false, keep: true),
        ["reject"] = (r, v, a) => ListFilters.Select(r, v, a, byAttribute: false, keep: false),
        ["selectattr"] = (r, v, a) => ListFilters.Select(r, v, a, byAttribute: true, keep: true),
        ["rejectattr"] = (r, v, a) => ListFilters.Select(r, v, a, byAttribute: true, keep: false),
        ["groupby"] = ListFilters.GroupBy,
    };

    public static bool Exists(string name) => Known.ContainsKey(name);

    public static object? Apply(Renderer renderer, string name, object? value, Arguments arguments)
    {
        renderer.Step(renderer.At);
        return Known.TryGetValue(name, out var filter) ? filter(renderer, value, arguments) : throw renderer.Error($"there is no filter '{name}'");
    }

    private static TemplateText Text(Renderer renderer, object? value, Func<string, string> change)
    {
        var text = PythonText.Of(renderer, value);
        return StringMethods.Mapped(renderer, text, change(text.Value));
    }

    private static TemplateText ToJson(Renderer renderer, object? value, Arguments arguments)
    {
        var indent = arguments.Get(1, "indent") switch
        {
            null => null,
            long n and >= 0 and <= 64 => new string(' ', (int)n),
            TemplateText text => text.Value,
            _ => throw renderer.Error("tojson's indent is a number up to 64 or a str"),
        };
        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (arguments.Get(2, "separators") is ListValue { Items: [TemplateText first, TemplateText second] })
            (item, key) = (first.Value, second.Value);
        var json = new JsonText(renderer, Operations.IsTrue(arguments.Get(0, "ensure_ascii")), indent, item, key, Operations.IsTrue(arguments.Get(3, "sort_keys")));
        return json.Write(value);
    }

    private static object? Default(Renderer renderer, object? value, Arguments arguments)
    {
        var missing = value is Undefined || Operations.IsTrue(arguments.Get(1, "boolean")) && !Operations.IsTrue(value);
        return missing ? arguments.Get(0, "default_value", TemplateText.Empty) : value;
    }

    private static TemplateText Escape(Renderer renderer, object? value, Arguments arguments)
    {
        var text = PythonText.Of(renderer, value);
        foreach (var (unit, name) in (ReadOnlySpan<(string, string)>)[("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;")])
            text = StringMethods.Replace(renderer, text, new TemplateText(unit), new TemplateText(name), -1);
        return text;
    }

    private static object? ToInteger(Renderer renderer, object? value, Arguments arguments)
    {
        var fallback = arguments.Get(0, "default", 0L);
        return value switch
        {
            bool b => b ? 1L : 0L,
            long n => n,
            double d => Math.Abs(d) < 9e18 ? (long)d : fallback,
            TemplateText text when long.TryParse(text.Value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) => n,
            TemplateText text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && Math.Abs(d) < 9e18 => (long)d,
            _ => fallback,
        };
    }

    private static object? ToFloat(Renderer renderer, object? value, Arguments arguments) => value switch
    {
        bool b => b ? 1.0 : 0.0,
        long n => (double)n,
        double d => d,
        TemplateText text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) => d,
        _ => arguments.Get(0, "default", 0.0),
    };

    private static object Round(Renderer renderer, object? value, Arguments arguments)
    {
        var digits = arguments.Get(0, "precision") as long? ?? 0;
        if (value is not (long or double) || digits is < 0 or > 15)
            throw renderer.Error("round needs a number and 0 to 15 digits");
        var number = Convert.ToDouble(value);
        var scale = Math.Pow(10, digits);
        return (arguments.Get(1, "method") as TemplateText)?.Value switch
        {
            null or "common" => Math.Round(number, (int)digits, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw renderer.Error("round's method is common, ceil or floor"),
        };
    }

    private static TemplateText Indent(Renderer renderer, object? value, Arguments arguments)
    {
        var text = PythonText.Of(renderer, value);
        var width = arguments.Get(0, "width") switch
        {
            TemplateText given => given,
            long n and >= 0 and <= 1024 => new TemplateText(new string(' ', (int)n)),
            null => new TemplateText("    "),
            _ => throw renderer.Error("indent's width is a number up to 1024 or a str"),
        };
        var (first, blank) = (Operations.IsTrue(arguments.Get(1, "first")), Operations.IsTrue(arguments.Get(2, "blank")));
        var result = new TextBuilder();
        for (var start = 0; start <= text.Length;)
        {
            var end = text.Value.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            var empty = end - start == 0 || end - start == 1 && text.Value[start] == '\n';
            renderer.Grow(result.Length, (long)width.Length + end - start);
            if (start == 0 ? first : blank || !empty)
                result.Append(width);
            result.Append(text, start, end - start);
            if (end == text.Length && (start == end || text.Value[end - 1] != '\n'))
                break;
            start = end;
        }

        return result.ToText();
    }
}

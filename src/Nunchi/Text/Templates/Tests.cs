namespace Nunchi.Text.Templates;

/// <summary>Jinja's tests (<c>x is defined</c>).</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Func<Renderer, object?, Arguments, bool>> Known = new(StringComparer.Ordinal)
    {
        ["defined"] = (_, v, _) => v is not Undefined,
        ["undefined"] = (_, v, _) => v is Undefined,
        ["none"] = (_, v, _) => v is null,
        ["string"] = (_, v, _) => v is TemplateText,
        ["mapping"] = (_, v, _) => v is DictValue,
        ["sequence"] = (_, v, _) => v is TemplateText or ListValue or DictValue,
        ["iterable"] = (_, v, _) => v is TemplateText or ListValue or DictValue or Undefined,
        ["number"] = (_, v, _) => v is long or double or bool,
        ["integer"] = (_, v, _) => v is long,
        ["float"] = (_, v, _) => v is double,
        ["boolean"] = (_, v, _) => v is bool,
        ["true"] = (_, v, _) => v is true,
        ["false"] = (_, v, _) => v is false,
        ["callable"] = (_, v, _) => v is Callable or ObjectValue { Call: not null },
        ["odd"] = (r, v, _) => Operations.Arithmetic(r, "%", v, 2L) is 1L,
        ["even"] = (r, v, _) => Operations.Arithmetic(r, "%", v, 2L) is 0L,
        ["divisibleby"] = (r, v, a) => Operations.Arithmetic(r, "%", v, a.Get(0, "num")) is 0L,
        ["upper"] = (r, v, _) => PythonText.Of(r, v).Value is var t && t.Any(char.IsUpper) && !t.Any(char.IsLower),
        ["lower"] = (r, v, _) => PythonText.Of(r, v).Value is var t && t.Any(char.IsLower) && !t.Any(char.IsUpper),
        ["in"] = (r, v, a) => Operations.Contains(r, a.Get(0, "seq"), v),
        ["sameas"] = (_, v, a) => a.Get(0, "other") is var other && (ReferenceEquals(v, other) || v is bool && v.Equals(other) || v is long && v.Equals(other)),
        ["filter"] = (_, v, _) => v is TemplateText name && Filters.Exists(name.Value),
        ["test"] = (_, v, _) => v is TemplateText name && Exists(name.Value),
        ["escaped"] = (_, _, _) => false,
    };

    private static readonly Dictionary<string, Func<Renderer, object?, object?, bool>> Comparisons = new(StringComparer.Ordinal)
    {
        ["=="] = (r, a, b) => Operations.AreEqual(r, a, b),
        ["!="] = (r, a, b) => !Operations.AreEqual(r, a, b),
        ["<"] = (r, a, b) => Operations.Compare(r, a, b) < 0,
        ["<="] = (r, a, b) => Operations.Compare(r, a, b) <= 0,
        [">"] = (r, a, b) => Operations.Compare(r, a, b) > 0,
        [">="] = (r, a, b) => Operations.Compare(r, a, b) >= 0,
    };

    private static readonly Dictionary<string, string> ComparisonNames = new(StringComparer.Ordinal)
    {
        ["equalto"] = "==",
        ["eq"] = "==",
        ["ne"] = "!=",
        ["lt"] = "<",
        ["lessthan"] = "<",
        ["le"] = "<=",
        ["gt"] = ">",
        ["greaterthan"] = ">",
        ["ge"] = ">=",
    };

    public static bool Exists(string name) => Known.ContainsKey(name) || ComparisonNames.ContainsKey(name) || Comparisons.ContainsKey(name);

    public static bool Compare(Renderer renderer, string op, object? left, object? right) => Comparisons[op](renderer, left, right);

    public static bool Apply(Renderer renderer, string name, object? value, Arguments arguments)
    {
        if (Known.TryGetValue(name, out var test))
            return test(renderer, value, arguments);
        var op = ComparisonNames.GetValueOrDefault(name, name);
        return Comparisons.TryGetValue(op, out var compare)
            ? compare(renderer, value, arguments.Get(0, "other"))
            : throw renderer.Error($"there is no test '{name}'");
    }
}

namespace Nunchi.Text.Templates;

/// <summary>Part of a template that has a value.</summary>
internal abstract class Expression(Place place, params IEnumerable<Expression?> children)
{
    public Place Place { get; } = place;

    public Expression?[] Children { get; } = [.. children];

    /// <summary>How deep the expression nests; the parser keeps it bounded so that evaluation cannot exhaust the stack.</summary>
    public int Depth => _depth != 0 ? _depth : _depth = 1 + Children.Max(c => c?.Depth) ?? 1;

    private int _depth;

    public object? Evaluate(Renderer renderer)
    {
        renderer.Step(Place);
        return Compute(renderer);
    }

    protected abstract object? Compute(Renderer renderer);

    /// <summary>The value of a part; errors are reported here again afterwards.</summary>
    protected object? Value(Renderer renderer, Expression part)
    {
        var value = part.Evaluate(renderer);
        renderer.At = Place;
        return value;
    }
}

internal sealed class Literal(Place place, object? value) : Expression(place)
{
    public object? Constant { get; } = value;

    protected override object? Compute(Renderer renderer) => Constant;
}

internal sealed class NameExpression(Place place, string name) : Expression(place)
{
    public string Name { get; } = name;

    protected override object? Compute(Renderer renderer)
    {
        var found = renderer.Scope.TryGet(Name, out var value, out var hops);
        renderer.Charge(hops * 4L);
        return found ? value : new Undefined($"'{Name}' is undefined");
    }
}

internal sealed class ListExpression(Place place, List<Expression> items, bool isTuple) : Expression(place, items)
{
    public List<Expression> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;

    protected override object? Compute(Renderer renderer)
    {
        var values = new List<object?>(Items.Count);
        foreach (var item in Items)
            values.Add(Value(renderer, item));
        return new ListValue(values, IsTuple);
    }
}

internal sealed class DictExpression(Place place, List<(Expression Key, Expression Value)> items)
    : Expression(place, items.SelectMany(i => (Expression[])[i.Key, i.Value]))
{
    protected override object? Compute(Renderer renderer)
    {
        var dict = new DictValue();
        foreach (var (key, value) in items)
        {
            dict.Set(Value(renderer, key) is var k and (TemplateText or long or double or bool) ? k : throw renderer.Error("a dict's key is a str, a number or a bool"),
                Value(renderer, value));
        }

        return dict;
    }
}

internal sealed class AttributeExpression(Place place, Expression target, string name) : Expression(place, target)
{
    public string Name { get; } = name;

    protected override object? Compute(Renderer renderer)
    {
        var value = Value(renderer, target);
        return value is Undefined && target is NameExpression known
            ? throw renderer.Error($"'{known.Name}' is undefined, so it has no '{Name}'")
            : Members.Attribute(renderer, value, Name);
    }
}

internal sealed class ItemExpression(Place place, Expression target, Expression key) : Expression(place, target, key)
{
    public Expression Key { get; } = key;

    protected override object? Compute(Renderer renderer) => Members.Item(renderer, Value(renderer, target), Value(renderer, Key));
}

internal sealed class SliceExpression(Place place, Expression target, Expression? from, Expression? to, Expression? step)
    : Expression(place, target, from, to, step)
{
    protected override object? Compute(Renderer renderer)
    {
        var value = Value(renderer, target);
        return Members.Slice(renderer, value, Part(from), Part(to), Part(step));

        object? Part(Expression? part) => part is null ? null : Value(renderer, part);
    }
}

/// <summary>Arguments as written: by position, by name, and lists and dicts spread into them.</summary>
internal sealed record ArgumentExpressions(
    List<Expression> Positional, List<(string Name, Expression Value)> Named, Expression? Spread, Expression? NamedSpread)
{
    public static ArgumentExpressions None { get; } = new([], [], null, null);

    public IEnumerable<Expression?> All => [.. Positional, .. Named.Select(n => n.Value), Spread, NamedSpread];

    public Arguments Evaluate(Renderer renderer)
    {
        var positional = new List<object?>(Positional.Count);
        foreach (var expression in Positional)
            positional.Add(expression.Evaluate(renderer));
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, expression) in Named)
            named[name] = expression.Evaluate(renderer);
        if (Spread is not null)
        {
            var more = Operations.Iterate(renderer, Spread.Evaluate(renderer));
            renderer.CheckItems(more.Count);
            positional.AddRange(more);
        }

        if (NamedSpread is not null)
        {
            foreach (var (key, value) in NamedSpread.Evaluate(renderer) as DictValue ?? throw renderer.Error("'**' needs a dict"))
                named[PythonText.Of(renderer, key).Value] = value;
        }

        return new Arguments(positional, named);
    }
}

internal sealed class CallExpression(Place place, Expression target, ArgumentExpressions arguments) : Expression(place, [target, .. arguments.All])
{
    protected override object? Compute(Renderer renderer) => Invoke(renderer, null);

    public object? Invoke(Renderer renderer, Callable? caller)
    {
        var function = Value(renderer, target);
        var values = arguments.Evaluate(renderer);
        renderer.At = Place;
        if (caller is not null)
            values.Named["caller"] = caller;
        return function switch
        {
            Callable callable => callable.Invoke(renderer, values),
            ObjectValue { Call: { } callable } => callable.Invoke(renderer, values),
            Undefined undefined => throw renderer.Error(undefined.Problem),
            _ => throw renderer.Error($"{Operations.TypeName(function)} cannot be called"),
        };
    }
}

internal sealed class FilterExpression(Place place, Expression? target, string name, ArgumentExpressions arguments)
    : Expression(place, [target, .. arguments.All])
{
    protected override object? Compute(Renderer renderer) => Apply(renderer, Value(renderer, target!));

    public object? Apply(Renderer renderer, object? value)
    {
        var values = arguments.Evaluate(renderer);
        renderer.At = Place;
        return Filters.Apply(renderer, name, value, values);
    }
}

internal sealed class TestExpression(Place place, Expression target, string name, ArgumentExpressions arguments, bool negated)
    : Expression(place, [target, .. arguments.All])
{
    protected override object? Compute(Renderer renderer)
    {
        var value = Value(renderer, target);
        var values = arguments.Evaluate(renderer);
        renderer.At = Place;
        return Tests.Apply(renderer, name, value, values) != negated;
    }
}

internal sealed class UnaryExpression(Place place, string op, Expression operand) : Expression(place, operand)
{
    protected override object? Compute(Renderer renderer)
    {
        var value = Value(renderer, operand);
        return op switch
        {
            "not" => !Operations.IsTrue(value),
            "-" => value is double d ? -d : Operations.Arithmetic(renderer, "-", 0L, value),
            _ => Operations.Arithmetic(renderer, "+", 0L, value),
        };
    }
}

internal sealed class BinaryExpression(Place place, string op, Expression left, Expression right) : Expression(place, left, right)
{
    protected override object? Compute(Renderer renderer)
    {
        var first = Value(renderer, left);
        if (op is "and" or "or")
            return Operations.IsTrue(first) == (op == "or") ? first : Value(renderer, right);
        var second = Value(renderer, right);
        return op switch
        {
            "+" => Operations.Add(renderer, first, second),
            "*" => Operations.Multiply(renderer, first, second),
            "%" when first is TemplateText format => StringFormat.Percent(renderer, format, second),
            _ => Operations.Arithmetic(renderer, op, first, second),
        };
    }
}

internal sealed class ConcatExpression(Place place, List<Expression> parts) : Expression(place, parts)
{
    protected override object? Compute(Renderer renderer)
    {
        var texts = new TemplateText[parts.Count];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = PythonText.Of(renderer, Value(renderer, parts[i]));
        return Operations.Concat(renderer, texts);
    }
}

/// <summary>A chain such as <c>a &lt; b &lt;= c</c>, true when every link is.</summary>
internal sealed class CompareExpression(Place place, Expression first, List<(string Op, Expression Right)> links)
    : Expression(place, [first, .. links.Select(l => l.Right)])
{
    protected override object? Compute(Renderer renderer)
    {
        var left = Value(renderer, first);
        foreach (var (op, expression) in links)
        {
            var right = Value(renderer, expression);
            var holds = op switch
            {
                "in" => Operations.Contains(renderer, right, left),
                "not in" => !Operations.Contains(renderer, right, left),
                _ => Tests.Compare(renderer, op, left, right),
            };
            if (!holds)
                return false;
            left = right;
        }

        return true;
    }
}

internal sealed class ConditionalExpression(Place place, Expression condition, Expression then, Expression? otherwise)
    : Expression(place, condition, then, otherwise)
{
    protected override object? Compute(Renderer renderer)
    {
        if (Operations.IsTrue(Value(renderer, condition)))
            return Value(renderer, then);
        return otherwise is null ? new Undefined("the condition does not hold and there is no else") : Value(renderer, otherwise);
    }
}

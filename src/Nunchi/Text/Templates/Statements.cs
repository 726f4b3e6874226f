namespace Nunchi.Text.Templates;

/// <summary>Part of a template that does something.</summary>
internal abstract class Statement(Place place)
{
    public Place Place { get; } = place;

    /// <summary>The statements inside it.</summary>
    public virtual IEnumerable<Statement> Bodies => [];

    public Flow Run(Renderer renderer)
    {
        renderer.Step(Place);
        return Execute(renderer);
    }

    protected abstract Flow Execute(Renderer renderer);

    public static Flow RunAll(Renderer renderer, List<Statement> body)
    {
        foreach (var statement in body)
        {
            if (statement.Run(renderer) is var flow and not Flow.Next)
                return flow;
        }

        return Flow.Next;
    }
}

internal sealed class DataStatement(Place place, string text) : Statement(place)
{
    private readonly TemplateText _text = new(text);

    protected override Flow Execute(Renderer renderer)
    {
        renderer.Write(_text);
        return Flow.Next;
    }
}

internal sealed class PrintStatement(Place place, Expression expression) : Statement(place)
{
    protected override Flow Execute(Renderer renderer)
    {
        var value = expression.Evaluate(renderer);
        renderer.At = Place;
        renderer.Write(PythonText.Of(renderer, value));
        return Flow.Next;
    }
}

internal sealed class IfStatement(Place place, List<(Expression Condition, List<Statement> Body)> branches, List<Statement> otherwise) : Statement(place)
{
    public override IEnumerable<Statement> Bodies => branches.SelectMany(b => b.Body).Concat(otherwise);

    protected override Flow Execute(Renderer renderer)
    {
        foreach (var (condition, body) in branches)
        {
            if (Operations.IsTrue(condition.Evaluate(renderer)))
                return RunAll(renderer, body);
        }

        return RunAll(renderer, otherwise);
    }
}

/// <summary>Sets a name, several names at once, a member of a namespace, or a name to what the body writes.</summary>
internal sealed class SetStatement(Place place, Expression target, Expression? value, List<Statement>? body, List<FilterExpression> filters) : Statement(place)
{
    public Expression Target { get; } = target;

    /// <summary>What is assigned; null when it is what the body writes.</summary>
    public Expression? Assigned { get; } = value;

    public override IEnumerable<Statement> Bodies => body ?? [];

    protected override Flow Execute(Renderer renderer)
    {
        object? result;
        if (Assigned is not null)
        {
            result = Assigned.Evaluate(renderer);
        }
        else
        {
            result = renderer.Capture(() => renderer.In(new Scope(renderer.Scope), () => RunAll(renderer, body!)));
            foreach (var filter in filters)
                result = filter.Apply(renderer, result);
        }

        renderer.At = Place;
        Assign(renderer, Target, result);
        return Flow.Next;
    }

    public static void Assign(Renderer renderer, Expression target, object? value)
    {
        switch (target)
        {
            case NameExpression name:
                renderer.Scope.Set(name.Name, value);
                break;
            case AttributeExpression attribute:
                if (attribute.Children[0]!.Evaluate(renderer) is not ObjectValue { Name: "namespace" } owner)
                    throw renderer.Error("only a namespace's members can be set");
                owner.Members[attribute.Name] = value;
                break;
            case ListExpression names:
                var values = Operations.Iterate(renderer, value);
                if (values.Count != names.Items.Count)
                    throw renderer.Error($"{names.Items.Count} names for {values.Count} values");
                for (var i = 0; i < values.Count; i++)
                    Assign(renderer, names.Items[i], values[i]);
                break;
            default:
                throw renderer.Error("this cannot be set");
        }
    }
}

/// <summary>A macro, or the body of a call block, which is a macro named <c>caller</c>.</summary>
internal sealed record MacroBody(string Name, List<(string Name, Expression? Default)> Parameters, List<Statement> Body)
{
    public Callable In(Scope scope) => new(Name, (renderer, arguments) =>
    {
        renderer.Enter();
        var inner = new Scope(scope);
        var result = renderer.Capture(() => renderer.In(inner, () =>
        {
            Bind(renderer, inner, arguments);
            return Statement.RunAll(renderer, Body);
        }));
        renderer.Leave();
        return result;
    });

    private void Bind(Renderer renderer, Scope scope, Arguments arguments)
    {
        var named = new Dictionary<string, object?>(arguments.Named, StringComparer.Ordinal);
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, fallback) = Parameters[i];
            if (i < arguments.Positional.Count)
                scope.Set(name, arguments.Positional[i]);
            else if (named.Remove(name, out var value))
                scope.Set(name, value);
            else
                scope.Set(name, fallback is null ? new Undefined($"argument '{name}' of {Name} was not given") : fallback.Evaluate(renderer));
        }

        if (named.Remove("caller", out var caller))
            scope.Set("caller", caller);
        scope.Set("varargs", new ListValue([.. arguments.Positional.Skip(Parameters.Count)], isTuple: true));
        var rest = new DictValue();
        foreach (var (name, value) in named)
            rest.Set(new TemplateText(name), value);
        scope.Set("kwargs", rest);
    }
}

internal sealed class MacroStatement(Place place, MacroBody macro) : Statement(place)
{
    public override IEnumerable<Statement> Bodies => macro.Body;

    protected override Flow Execute(Renderer renderer)
    {
        renderer.Scope.Set(macro.Name, macro.In(renderer.Scope));
        return Flow.Next;
    }
}

internal sealed class CallStatement(Place place, CallExpression call, MacroBody body) : Statement(place)
{
    public override IEnumerable<Statement> Bodies => body.Body;

    protected override Flow Execute(Renderer renderer)
    {
        var result = call.Invoke(renderer, body.In(renderer.Scope));
        renderer.Write(PythonText.Of(renderer, result));
        return Flow.Next;
    }
}

internal sealed class FilterStatement(Place place, List<FilterExpression> filters, List<Statement> body) : Statement(place)
{
    public override IEnumerable<Statement> Bodies => body;

    protected override Flow Execute(Renderer renderer)
    {
        object? text = renderer.Capture(() => renderer.In(new Scope(renderer.Scope), () => RunAll(renderer, body)));
        foreach (var filter in filters)
            text = filter.Apply(renderer, text);
        renderer.Write(PythonText.Of(renderer, text));
        return Flow.Next;
    }
}

internal sealed class WithStatement(Place place, List<(Expression Target, Expression Value)> values, List<Statement> body) : Statement(place)
{
    public override IEnumerable<Statement> Bodies => body;

    protected override Flow Execute(Renderer renderer)
    {
        var evaluated = values.Select(v => (v.Target, Value: v.Value.Evaluate(renderer))).ToList();
        return renderer.In(new Scope(renderer.Scope), () =>
        {
            foreach (var (target, value) in evaluated)
                SetStatement.Assign(renderer, target, value);
            return RunAll(renderer, body);
        });
    }
}

/// <summary>What the assistant says, as transformers' <c>generation</c> tag marks it.</summary>
internal sealed class GenerationStatement(Place place, List<Statement> body) : Statement(place)
{
    public override IEnumerable<Statement> Bodies => body;

    protected override Flow Execute(Renderer renderer)
    {
        var flow = Flow.Next;
        var text = renderer.Capture(() => flow = renderer.In(new Scope(renderer.Scope), () => RunAll(renderer, body)));
        renderer.Grow(renderer.Output.Length, text.Length);
        renderer.Output.Append(text, generation: true);
        return flow;
    }
}

internal sealed class FlowStatement(Place place, Flow flow) : Statement(place)
{
    protected override Flow Execute(Renderer renderer) => flow;
}

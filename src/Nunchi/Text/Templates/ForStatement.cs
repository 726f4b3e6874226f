namespace Nunchi.Text.Templates;

/// <summary>A loop, with its <c>loop</c> object, filter, else part and recursion.</summary>
internal sealed class ForStatement(
    Place place, Expression target, Expression iterable, Expression? condition, List<Statement> body, List<Statement> otherwise, bool recursive) : Statement(place)
{
    /// <summary>What is looped over.</summary>
    public Expression Iterable { get; } = iterable;

    /// <summary>What is done with each item.</summary>
    public List<Statement> Body { get; } = body;

    public override IEnumerable<Statement> Bodies => Body.Concat(otherwise);

    protected override Flow Execute(Renderer renderer)
    {
        Loop(renderer, renderer.Scope, Iterable.Evaluate(renderer), 1);
        return Flow.Next;
    }

    private void Loop(Renderer renderer, Scope outer, object? value, int depth)
    {
        renderer.At = Place;
        var items = Filtered(renderer, outer, Operations.Iterate(renderer, value));
        if (items.Count == 0)
        {
            renderer.In(new Scope(outer), () => RunAll(renderer, otherwise));
            return;
        }

        var loop = MakeLoop(renderer, outer, items, depth);
        for (var i = 0; i < items.Count; i++)
        {
            renderer.Step(Place);
            Advance(loop, items, i);
            var scope = new Scope(outer);
            var flow = renderer.In(scope, () =>
            {
                scope.Set("loop", loop);
                SetStatement.Assign(renderer, target, items[i]);
                return RunAll(renderer, Body);
            });
            if (flow == Flow.Break)
                break;
        }
    }

    private IReadOnlyList<object?> Filtered(Renderer renderer, Scope outer, IReadOnlyList<object?> items)
    {
        if (condition is null)
            return items;
        var kept = new List<object?>();
        foreach (var item in items)
        {
            var scope = new Scope(outer);
            renderer.In(scope, () =>
            {
                SetStatement.Assign(renderer, target, item);
                if (Operations.IsTrue(condition.Evaluate(renderer)))
                    kept.Add(item);
                return Flow.Next;
            });
        }

        return kept;
    }

    private ObjectValue MakeLoop(Renderer renderer, Scope outer, IReadOnlyList<object?> items, int depth)
    {
        object? changed = null;
        var loop = new ObjectValue("loop")
        {
            Call = recursive ? new Callable("loop", (_, a) =>
            {
                renderer.Enter();
                var text = renderer.Capture(() => Loop(renderer, outer, a.Get(0, "iterable"), depth + 1));
                renderer.Leave();
                return text;
            }) : null,
        };
        loop.Members["length"] = (long)items.Count;
        loop.Members["depth"] = (long)depth;
        loop.Members["depth0"] = depth - 1L;
        loop.Members["cycle"] = new Callable("cycle", (r, a) => a.Positional.Count > 0
            ? a.Positional[(int)((long)loop.Members["index0"]! % a.Positional.Count)]
            : throw r.Error("cycle needs at least one item"));
        loop.Members["changed"] = new Callable("changed", (r, a) =>
        {
            var current = new ListValue([.. a.Positional]);
            var differs = changed is null || !Operations.AreEqual(r, changed, current);
            changed = current;
            return differs;
        });
        return loop;
    }

    private static void Advance(ObjectValue loop, IReadOnlyList<object?> items, int index)
    {
        var members = loop.Members;
        members["index"] = index + 1L;
        members["index0"] = (long)index;
        members["revindex"] = (long)items.Count - index;
        members["revindex0"] = items.Count - 1L - index;
        members["first"] = index == 0;
        members["last"] = index == items.Count - 1;
        members["previtem"] = index > 0 ? items[index - 1] : new Undefined("there is no previous item");
        members["nextitem"] = index + 1 < items.Count ? items[index + 1] : new Undefined("there is no next item");
    }
}

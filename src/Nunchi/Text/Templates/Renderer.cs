using System.Runtime.CompilerServices;

namespace Nunchi.Text.Templates;

/// <summary>The names that can be seen at a place: its own and those of the scopes around it.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _names = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => _names[name] = value;

    /// <summary>Looks a name up and says through how many scopes.</summary>
    public bool TryGet(string name, out object? value, out int hops)
    {
        hops = 1;
        for (var scope = this; scope is not null; scope = scope.Outer, hops++)
        {
            if (scope._names.TryGetValue(name, out value))
                return true;
        }

        value = null;
        return false;
    }

    private Scope? Outer { get; } = outer;
}

/// <summary>How a loop's body ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>The state of one rendering: names, output and what is left of the limits.</summary>
internal sealed class Renderer(TemplateLimits limits, TimeProvider clock, Scope scope)
{
    private int _steps;
    private long _work;
    private int _depth;

    public Scope Scope { get; set; } = scope;

    public TextBuilder Output { get; set; } = new();

    public TimeProvider Clock { get; } = clock;

    /// <summary>Where in the template the work is; operations report errors there.</summary>
    public Place At { get; set; } = new(1, 1);

    public TemplateException Error(string problem) => new(problem, At.Line, At.Column);

    public void Step(Place place)
    {
        At = place;
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error("the template nests too deep");
        if (++_steps > limits.Steps)
            throw Error($"stopped after {limits.Steps} steps");
    }

    /// <summary>Accounts for copying or comparing so many units.</summary>
    public void Charge(long units)
    {
        _work += units;
        if (_work > limits.Work)
            throw Error($"stopped after copying {limits.Work} units");
    }

    /// <summary>Accounts for a text of this length.</summary>
    public void CheckLength(long length) => Grow(0, length);

    /// <summary>Accounts for making a text longer.</summary>
    public void Grow(int length, long by)
    {
        if (length + by > limits.Length)
            throw Error($"a text of {length + by} units would pass the limit of {limits.Length}");
        Charge(by);
    }

    /// <summary>Fails when a list of this length must not be made.</summary>
    public void CheckItems(long count)
    {
        if (count > limits.Length / 8)
            throw Error($"a list of {count} items would pass the limit of {limits.Length / 8}");
        Charge(count);
    }

    public void Write(TemplateText text)
    {
        Grow(Output.Length, text.Length);
        Output.Append(text);
    }

    public void Enter()
    {
        if (++_depth > limits.CallDepth)
            throw Error($"calls nest deeper than {limits.CallDepth}");
    }

    public void Leave() => _depth--;

    /// <summary>Runs statements and gives what they write instead of writing it.</summary>
    public TemplateText Capture(Action body)
    {
        var outer = Output;
        Output = new TextBuilder();
        try
        {
            body();
            return Output.ToText();
        }
        finally
        {
            Output = outer;
        }
    }

    /// <summary>Runs statements with names of their own.</summary>
    public Flow In(Scope inner, Func<Flow> body)
    {
        var outer = Scope;
        Scope = inner;
        try
        {
            return body();
        }
        finally
        {
            Scope = outer;
        }
    }
}

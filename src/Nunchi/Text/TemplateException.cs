namespace Nunchi.Text;

/// <summary>A chat template could not be read or rendered.</summary>
public sealed class TemplateException : Exception
{
    /// <summary>Says what went wrong and where in the template.</summary>
    /// <param name="problem">What went wrong.</param>
    /// <param name="line">The line in the template, from 1; 0 when no place can be named.</param>
    /// <param name="column">The column in that line, from 1; 0 when no place can be named.</param>
    /// <param name="raisedByTemplate">Whether the template itself refused its input with <c>raise_exception</c>.</param>
    public TemplateException(string problem, int line = 0, int column = 0, bool raisedByTemplate = false)
        : base(line == 0 ? $"chat template: {problem}" : $"chat template, line {line}, column {column}: {problem}")
    {
        Problem = problem;
        Line = line;
        Column = column;
        RaisedByTemplate = raisedByTemplate;
    }

    /// <summary>What went wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>The line in the template, from 1; 0 when no place can be named.</summary>
    public int Line { get; }

    /// <summary>The column in that line, from 1; 0 when no place can be named.</summary>
    public int Column { get; }

    /// <summary>Whether the template itself refused its input (roles out of order, say) with <c>raise_exception</c>.</summary>
    public bool RaisedByTemplate { get; }
}

using System.Text;

namespace Nunchi.Text.Templates;

/// <summary>Where a piece of text comes from: the template (0), a user-supplied value (1), or message k of the conversation (k + 2).</summary>
internal static class Origin
{
    public const int Template = 0;
    public const int Value = 1;

    private const int Generation = 1 << 30;

    public static int OfMessage(int index) => index + 2;

    public static int? MessageOf(int origin) => origin >= 2 ? origin - 2 : null;

    public static int Of(int mark) => mark & ~Generation;

    public static bool InGeneration(int mark) => (mark & Generation) != 0;

    public static int WithGeneration(int mark) => mark | Generation;
}

/// <summary>So many UTF-16 units with one mark (an <see cref="Origin"/>, perhaps inside a generation block).</summary>
internal readonly record struct Run(int Length, int Mark);

/// <summary>An immutable string that knows the origin of each of its characters.</summary>
internal sealed class TemplateText
{
    public static readonly TemplateText Empty = new("", []);

    private readonly Run[] _runs;

    public TemplateText(string value, int mark = Origin.Template) : this(value, value.Length == 0 ? [] : [new Run(value.Length, mark)])
    {
    }

    private TemplateText(string value, Run[] runs)
    {
        Value = value;
        _runs = runs;
    }

    public string Value { get; }

    public int Length => Value.Length;

    public ReadOnlySpan<Run> Runs => _runs;

    /// <summary>The mark that stands for all of the text: the last that is not the template's, so that a derived value never counts as the template's own.</summary>
    public int Mark
    {
        get
        {
            for (var i = _runs.Length - 1; i >= 0; i--)
            {
                if (_runs[i].Mark != Origin.Template)
                    return _runs[i].Mark;
            }

            return Origin.Template;
        }
    }

    public static TemplateText FromRuns(string value, Run[] runs) => new(value, runs);

    public TemplateText Slice(int start, int length)
    {
        if (start == 0 && length == Length)
            return this;
        var text = new TextBuilder();
        text.Append(this, start, length);
        return text.ToText();
    }

    /// <summary>The text with every character changed in place.</summary>
    public TemplateText WithValue(string value) => value.Length == Length ? new TemplateText(value, _runs) : new TemplateText(value, Mark);

    public override string ToString() => Value;
}

/// <summary>Puts texts together and keeps their origins.</summary>
internal sealed class TextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<Run> _runs = [];

    public int Length => _text.Length;

    public void Append(string value, int mark)
    {
        _text.Append(value);
        AddRun(value.Length, mark);
    }

    public void Append(TemplateText text, bool generation = false)
    {
        _text.Append(text.Value);
        foreach (var run in text.Runs)
            AddRun(run.Length, generation ? Origin.WithGeneration(run.Mark) : run.Mark);
    }

    public void Append(TemplateText text, int start, int length)
    {
        _text.Append(text.Value, start, length);
        var end = start + length;
        var at = 0;
        foreach (var run in text.Runs)
        {
            AddRun(Math.Min(end, at + run.Length) - Math.Max(start, at), run.Mark);
            at += run.Length;
            if (at >= end)
                break;
        }
    }

    public TemplateText ToText() => _text.Length == 0 ? TemplateText.Empty : TemplateText.FromRuns(_text.ToString(), [.. _runs]);

    private void AddRun(int length, int mark)
    {
        if (length <= 0)
            return;
        if (_runs.Count > 0 && _runs[^1].Mark == mark)
            _runs[^1] = new Run(_runs[^1].Length + length, mark);
        else
            _runs.Add(new Run(length, mark));
    }
}

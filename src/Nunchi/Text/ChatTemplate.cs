using System.Text;
using Nunchi.Text.Files;
using Nunchi.Text.Templates;

namespace Nunchi.Text;

/// <summary>
/// A model's chat template: the part of Jinja that chat templates use, rendered as transformers does
/// (trim_blocks and lstrip_blocks on, an immutable sandbox, <c>raise_exception</c>, <c>strftime_now</c>, its own <c>tojson</c>, <c>generation</c> blocks).
/// Safe to use from many threads at once.
/// </summary>
/// <remarks>
/// Every character of the result knows whether the template wrote it or a value handed to the template did; see <see cref="RenderSegments"/>.
/// A template comes with a checkpoint and may be hostile: <see cref="TemplateLimits"/> bound what it may do.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly List<Statement> _statements;
    private readonly TemplateLimits _limits;
    private readonly TimeProvider _clock;

    /// <summary>Reads a template.</summary>
    /// <param name="source">The Jinja source.</param>
    /// <param name="limits">Limits of rendering; null for the defaults.</param>
    /// <param name="clock">Where <c>strftime_now</c> takes the time from; null for the system's clock.</param>
    /// <exception cref="TemplateException">The source is no valid template, or is too long or nests too deep.</exception>
    public ChatTemplate(string source, TemplateLimits? limits = null, TimeProvider? clock = null)
    {
        if (source.Length > TemplateLimits.SourceLength)
            throw new TemplateException($"the source has {source.Length} characters; the limit is {TemplateLimits.SourceLength}");
        Source = source;
        _statements = StatementParser.Read(source);
        _limits = limits ?? new TemplateLimits();
        _clock = clock ?? TimeProvider.System;
        TakesContentParts = ContentShape.LoopsOverContent(_statements);
    }

    /// <summary>The Jinja source.</summary>
    public string Source { get; }

    /// <summary>Whether the template goes through the parts of a message's content; if not, it wants content as one string.</summary>
    public bool TakesContentParts { get; }

    /// <summary>Loads the template of a checkpoint directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="limits">Limits of rendering; null for the defaults.</param>
    /// <remarks>
    /// Looked for, as transformers does for a processor: <c>chat_template.jinja</c>, then <c>chat_template.json</c>, then <c>chat_template</c> in
    /// <c>processor_config.json</c>, then in <c>tokenizer_config.json</c>; where a file holds several named templates the one named <c>default</c>.
    /// </remarks>
    /// <exception cref="FileNotFoundException">No file holds a template.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or its template cannot be read; the message names the file.</exception>
    public static ChatTemplate Load(string directory, TemplateLimits? limits = null)
    {
        var (source, file) = ChatTemplateFiles.Find(directory);
        try
        {
            return new ChatTemplate(source, limits);
        }
        catch (TemplateException problem)
        {
            throw new InvalidDataException($"{file}: {problem.Message}", problem);
        }
    }

    /// <summary>Renders to one text.</summary>
    /// <param name="variables">
    /// The template's variables, most of all <c>messages</c>: strings, numbers, booleans, null, lists, dictionaries with string keys,
    /// and <see cref="System.Text.Json.JsonElement"/>.
    /// </param>
    /// <exception cref="TemplateException">The template refused its input, failed, or passed a limit.</exception>
    /// <exception cref="ArgumentException">A value has a type that templates do not know.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables) => RenderText(variables).Value;

    /// <summary>
    /// Renders to segments that say where their text comes from. Origins are followed through everything templates do with text: printing, <c>+</c>,
    /// <c>~</c>, slices, strip, split, replace, join, format, loops over characters, macros. Where a new text is computed from others (such as JSON
    /// strings), it counts as user text if any of them did.
    /// </summary>
    /// <param name="variables">The template's variables, as for <see cref="Render"/>; text from <see cref="ControlText"/> counts as the template's own.</param>
    /// <exception cref="TemplateException">The template refused its input, failed, or passed a limit.</exception>
    /// <exception cref="ArgumentException">A value has a type that templates do not know.</exception>
    public IReadOnlyList<TemplateSegment> RenderSegments(IReadOnlyDictionary<string, object?> variables)
    {
        var text = RenderText(variables);
        var segments = new List<TemplateSegment>();
        var at = 0;
        foreach (var run in text.Runs)
        {
            var origin = Origin.Of(run.Mark);
            segments.Add(new TemplateSegment(
                text.Value.Substring(at, run.Length), origin != Origin.Template, Origin.MessageOf(origin), Origin.InGeneration(run.Mark)));
            at += run.Length;
        }

        return segments;
    }

    /// <summary>A value for <see cref="RenderSegments"/> whose text counts as the template's own, such as the name of a control token. Never use it on a user's text.</summary>
    public static object ControlText(string text) => new TemplateText(text);

    internal TemplateText RenderText(IReadOnlyDictionary<string, object?> variables)
    {
        var scope = new Scope(null);
        Globals.AddTo(scope);
        foreach (var (name, value) in variables)
            scope.Set(name, InputValues.Variable(name, value));
        var renderer = new Renderer(_limits, _clock, new Scope(scope));
        Statement.RunAll(renderer, _statements);
        return renderer.Output.ToText();
    }
}

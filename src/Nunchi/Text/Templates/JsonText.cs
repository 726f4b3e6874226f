using System.Globalization;
using System.Text;

namespace Nunchi.Text.Templates;

/// <summary>Python's <c>json.dumps</c>, which is what transformers makes of the <c>tojson</c> filter.</summary>
internal sealed class JsonText(Renderer renderer, bool ascii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly TextBuilder _text = new();

    public TemplateText Write(object? value)
    {
        Write(value, 0);
        return _text.ToText();
    }

    private void Write(object? value, int depth)
    {
        if (depth > 64)
            throw renderer.Error("values nest too deep for JSON");
        renderer.Grow(_text.Length, 1);
        switch (value)
        {
            case null:
                Put("null");
                break;
            case bool b:
                Put(b ? "true" : "false");
                break;
            case long n:
                Put(n.ToString(CultureInfo.InvariantCulture));
                break;
            case double d:
                Put(double.IsNaN(d) ? "NaN" : double.IsInfinity(d) ? d > 0 ? "Infinity" : "-Infinity" : PythonText.Of(d));
                break;
            case TemplateText text:
                WriteText(text);
                break;
            case ListValue list:
                WriteItems('[', ']', list.Items, depth, item => Write(item, depth + 1));
                break;
            case DictValue dict:
                var members = sortKeys ? dict.OrderBy(p => KeyText(p.Key).Value, StringComparer.Ordinal) : dict.AsEnumerable();
                WriteItems('{', '}', [.. members], depth, member =>
                {
                    WriteText(KeyText(member.Key));
                    Put(keySeparator);
                    Write(member.Value, depth + 1);
                });
                break;
            default:
                throw renderer.Error($"{Operations.TypeName(value)} cannot be written as JSON");
        }
    }

    private void Put(string text) => _text.Append(text, Origin.Template);

    private static TemplateText KeyText(object key) => key switch
    {
        TemplateText text => text,
        bool b => new TemplateText(b ? "true" : "false"),
        double d => new TemplateText(PythonText.Of(d)),
        _ => new TemplateText(Convert.ToString(key, CultureInfo.InvariantCulture)!),
    };

    private void WriteItems<T>(char open, char close, List<T> items, int depth, Action<T> write)
    {
        Put(open.ToString());
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                Put(itemSeparator);
            BreakLine(depth + 1);
            write(items[i]);
        }

        if (items.Count > 0)
            BreakLine(depth);
        Put(close.ToString());
    }

    private void BreakLine(int depth)
    {
        if (indent is null)
            return;
        renderer.Grow(_text.Length, (long)indent.Length * depth + 1);
        Put("\n" + string.Concat(Enumerable.Repeat(indent, depth)));
    }

    private void WriteText(TemplateText text)
    {
        renderer.Grow(_text.Length, text.Length);
        var quoted = new StringBuilder("\"");
        foreach (var unit in text.Value)
        {
            switch (unit)
            {
                case '"':
                    quoted.Append("\\\"");
                    break;
                case '\\':
                    quoted.Append("\\\\");
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\r':
                    quoted.Append("\\r");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                case '\b':
                    quoted.Append("\\b");
                    break;
                case '\f':
                    quoted.Append("\\f");
                    break;
                default:
                    if (unit < 0x20 || ascii && unit > 0x7E)
                        quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                    else
                        quoted.Append(unit);
                    break;
            }
        }

        _text.Append(quoted.Append('"').ToString(), text.Mark);
    }
}

using System.Globalization;
using System.Text;

namespace Nunchi.Text.Templates;

/// <summary>How Python prints values: <c>str()</c> and <c>repr()</c>.</summary>
internal static class PythonText
{
    public static TemplateText Of(Renderer renderer, object? value) => value switch
    {
        TemplateText text => text,
        Undefined => TemplateText.Empty,
        null => new TemplateText("None"),
        bool b => new TemplateText(b ? "True" : "False"),
        long n => new TemplateText(n.ToString(CultureInfo.InvariantCulture)),
        double d => new TemplateText(Of(d)),
        _ => Repr(renderer, value),
    };

    public static string Of(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        if (mark < 0)
            return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        var exponent = int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent == 15)
            return decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture).ToString("F1", CultureInfo.InvariantCulture);
        return $"{shortest[..mark]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    public static TemplateText Repr(Renderer renderer, object? value)
    {
        var text = new TextBuilder();
        Write(renderer, text, value, 0);
        return text.ToText();
    }

    private static void Write(Renderer renderer, TextBuilder text, object? value, int depth)
    {
        if (depth > 64)
            throw renderer.Error("values nest too deep to print");
        renderer.Grow(text.Length, 1);
        switch (value)
        {
            case TemplateText literal:
                renderer.Grow(text.Length, literal.Length);
                text.Append(Quote(literal.Value), literal.Mark);
                break;
            case ListValue list:
                text.Append(list.IsTuple ? "(" : "[", Origin.Template);
                for (var i = 0; i < list.Items.Count; i++)
                {
                    if (i > 0)
                        text.Append(", ", Origin.Template);
                    Write(renderer, text, list.Items[i], depth + 1);
                }

                text.Append(list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]", Origin.Template);
                break;
            case DictValue dict:
                text.Append("{", Origin.Template);
                var first = true;
                foreach (var (key, item) in dict)
                {
                    if (!first)
                        text.Append(", ", Origin.Template);
                    first = false;
                    Write(renderer, text, key, depth + 1);
                    text.Append(": ", Origin.Template);
                    Write(renderer, text, item, depth + 1);
                }

                text.Append("}", Origin.Template);
                break;
            case Undefined:
                text.Append("Undefined", Origin.Template);
                break;
            case Callable or ObjectValue:
                text.Append($"<{Operations.TypeName(value)}>", Origin.Template);
                break;
            default:
                text.Append(Of(renderer, value));
                break;
        }
    }

    private static string Quote(string value)
    {
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var text = new StringBuilder().Append(quote);
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case var code when code == quote:
                    text.Append('\\').Append(quote);
                    break;
                case < 0x20 or >= 0x7F and <= 0xA0 or 0xAD:
                    text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                    break;
                default:
                    text.Append(rune.ToString());
                    break;
            }
        }

        return text.Append(quote).ToString();
    }
}

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
        var (digits, exponent) = Shortest(Math.Abs(value));
        var sign = value < 0 ? "-" : "";
        if (exponent is < -4 or >= 16)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        var whole = digits.PadRight(exponent + 1, '0');
        return $"{sign}{whole[..(exponent + 1)]}.{(whole.Length > exponent + 1 ? whole[(exponent + 1)..] : "0")}";
    }

    /// <summary>The fewest digits that read back as the number, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Shortest(double value)
    {
        var parts = value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        exponent += (point < 0 ? parts[0].Length : point) - 1;
        var digits = parts[0].Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent - leading);
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

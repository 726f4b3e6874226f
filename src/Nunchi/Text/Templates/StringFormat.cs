using System.Globalization;

namespace Nunchi.Text.Templates;

/// <summary>The two ways to put values into a text: <c>'{} {name}'.format(...)</c> and <c>'%s %d' % (...)</c>, without format specifications.</summary>
internal static class StringFormat
{
    public static TemplateText Braces(Renderer renderer, TemplateText format, Arguments arguments)
    {
        var text = new TextBuilder();
        var next = 0;
        for (var at = 0; at < format.Length;)
        {
            var unit = format.Value[at];
            if (unit is not ('{' or '}'))
            {
                var run = format.Value.AsSpan(at).IndexOfAny('{', '}');
                run = run < 0 ? format.Length - at : run;
                Put(renderer, text, format.Slice(at, run));
                at += run;
            }
            else if (at + 1 < format.Length && format.Value[at + 1] == unit)
            {
                text.Append(format, at, 1);
                at += 2;
            }
            else
            {
                var close = format.Value.IndexOf('}', at);
                if (unit == '}' || close < 0)
                    throw renderer.Error("a brace stands alone in the format");
                var name = format.Value[(at + 1)..close];
                Put(renderer, text, PythonText.Of(renderer, Pick(renderer, arguments, name, ref next)));
                at = close + 1;
            }
        }

        return text.ToText();
    }

    /// <summary>The <c>%</c> operator on a text.</summary>
    public static TemplateText Percent(Renderer renderer, TemplateText format, object? values)
    {
        var items = values is ListValue { IsTuple: true } tuple ? tuple.Items : [values];
        return Percent(renderer, format, new Arguments(items, []));
    }

    public static TemplateText Percent(Renderer renderer, TemplateText format, Arguments arguments)
    {
        var text = new TextBuilder();
        var next = 0;
        for (var at = 0; at < format.Length;)
        {
            var run = format.Value.IndexOf('%', at) - at;
            run = run < 0 ? format.Length - at : run;
            Put(renderer, text, format.Slice(at, run));
            at += run;
            if (at >= format.Length)
                break;
            var kind = at + 1 < format.Length ? format.Value[at + 1] : '\0';
            at += 2;
            if (kind == '%')
            {
                text.Append("%", Origin.Template);
                continue;
            }

            if (next >= arguments.Positional.Count)
                throw renderer.Error("the format has more places than values");
            var value = arguments.Positional[next++];
            Put(renderer, text, kind switch
            {
                's' => PythonText.Of(renderer, value),
                'r' => PythonText.Repr(renderer, value),
                'd' or 'i' when value is long or bool => PythonText.Of(renderer, value is bool flag ? flag ? 1L : 0L : value),
                'd' or 'i' when value is double number => new TemplateText(Math.Truncate(number).ToString("F0", CultureInfo.InvariantCulture)),
                'f' when value is long or double => new TemplateText(Convert.ToDouble(value).ToString("F6", CultureInfo.InvariantCulture)),
                _ => throw renderer.Error($"format %{kind} is not supported for {Operations.TypeName(value)}"),
            });
        }

        return next == arguments.Positional.Count ? text.ToText() : throw renderer.Error("the format has fewer places than values");
    }

    private static object? Pick(Renderer renderer, Arguments arguments, string name, ref int next)
    {
        if (name.Length == 0 || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            var index = name.Length == 0 ? next++ : int.Parse(name, CultureInfo.InvariantCulture);
            return index < arguments.Positional.Count ? arguments.Positional[index] : throw renderer.Error($"the format has no value {index}");
        }

        return arguments.Named.TryGetValue(name, out var value) ? value : throw renderer.Error($"the format has no value '{name}'");
    }

    private static void Put(Renderer renderer, TextBuilder text, TemplateText part)
    {
        renderer.Grow(text.Length, part.Length);
        text.Append(part);
    }
}

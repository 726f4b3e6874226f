using System.Buffers;
using System.Text;

namespace Nunchi.Text.Templates;

/// <summary>Python's operators on template values.</summary>
internal static class Operations
{
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        bool => "bool",
        long => "int",
        double => "float",
        TemplateText => "str",
        ListValue { IsTuple: true } => "tuple",
        ListValue => "list",
        DictValue => "dict",
        Undefined => "undefined",
        Callable => "function",
        ObjectValue named => named.Name,
        _ => value.GetType().Name,
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        long n => n != 0,
        double d => d != 0,
        TemplateText text => text.Length > 0,
        ListValue list => list.Items.Count > 0,
        DictValue dict => dict.Count > 0,
        _ => true,
    };

    /// <summary>Fails when an undefined value is used.</summary>
    public static object? Defined(Renderer renderer, object? value) => value is Undefined undefined ? throw renderer.Error(undefined.Problem) : value;

    public static object? Add(Renderer renderer, object? left, object? right)
    {
        Defined(renderer, left);
        Defined(renderer, right);
        switch (left, right)
        {
            case (TemplateText a, TemplateText b):
                return Concat(renderer, [a, b]);
            case (ListValue a, ListValue b) when a.IsTuple == b.IsTuple:
                renderer.CheckItems((long)a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items], a.IsTuple);
            default:
                return Arithmetic(renderer, "+", left, right);
        }
    }

    public static object? Multiply(Renderer renderer, object? left, object? right)
    {
        Defined(renderer, left);
        Defined(renderer, right);
        if (left is long or bool && right is TemplateText or ListValue)
            (left, right) = (right, left);
        var times = right is bool flag ? flag ? 1 : 0 : right as long?;
        switch (left)
        {
            case TemplateText text when times is { } count:
                if (count <= 0 || text.Length == 0)
                    return TemplateText.Empty;
                renderer.CheckLength(Saturated(text.Length, count));
                var builder = new TextBuilder();
                for (var i = 0; i < count; i++)
                    builder.Append(text);
                return builder.ToText();
            case ListValue list when times is { } count:
                var items = new List<object?>();
                renderer.CheckItems(Saturated(list.Items.Count, Math.Max(0, count)));
                for (var i = 0; i < count && list.Items.Count > 0; i++)
                    items.AddRange(list.Items);
                return new ListValue(items, list.IsTuple);
            default:
                return Arithmetic(renderer, "*", left, right);
        }
    }

    private static long Saturated(long size, long count) => size != 0 && count > int.MaxValue / size ? long.MaxValue / 4 : size * count;

    public static TemplateText Concat(Renderer renderer, ReadOnlySpan<TemplateText> parts)
    {
        long length = 0;
        foreach (var part in parts)
            length += part.Length;
        renderer.CheckLength(length);
        var text = new TextBuilder();
        foreach (var part in parts)
            text.Append(part);
        return text.ToText();
    }

    public static object Arithmetic(Renderer renderer, string op, object? left, object? right)
    {
        Defined(renderer, left);
        Defined(renderer, right);
        left = left is bool a ? a ? 1L : 0L : left;
        right = right is bool b ? b ? 1L : 0L : right;
        if (left is not (long or double) || right is not (long or double))
            throw renderer.Error($"cannot compute {TypeName(left)} {op} {TypeName(right)}");
        try
        {
            if (left is long x && right is long y && !(op == "/" || op == "**" && y < 0))
                return Whole(renderer, op, x, y);
        }
        catch (OverflowException)
        {
            throw renderer.Error($"{left} {op} {right} is too large");
        }

        return Real(renderer, op, Convert.ToDouble(left), Convert.ToDouble(right));
    }

    private static long Whole(Renderer renderer, string op, long x, long y)
    {
        switch (op)
        {
            case "+":
                return checked(x + y);
            case "-":
                return checked(x - y);
            case "*":
                return checked(x * y);
            case "**":
                var power = 1L;
                for (var left = y; left > 0 && power != 0 && !(power == 1 && x == 1); left--)
                {
                    if (x == -1)
                        return y % 2 == 0 ? 1 : -1;
                    power = checked(power * x);
                }

                return power;
        }

        if (y == 0)
            throw renderer.Error("division by zero");
        if (y == -1)
            return op == "%" ? 0 : checked(-x);
        var remainder = x % y;
        var floor = remainder != 0 && remainder < 0 != y < 0;
        return op == "%" ? floor ? remainder + y : remainder : floor ? x / y - 1 : x / y;
    }

    private static double Real(Renderer renderer, string op, double x, double y)
    {
        if (op is "/" or "//" or "%" && y == 0)
            throw renderer.Error("division by zero");
        return op switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            "//" => Math.Floor(x / y),
            "%" => x - y * Math.Floor(x / y),
            _ => Math.Pow(x, y),
        };
    }

    public static bool AreEqual(Renderer renderer, object? left, object? right, int depth = 0)
    {
        if (depth > 64)
            throw renderer.Error("values nest too deep to compare");
        renderer.Charge(1);
        switch (left, right)
        {
            case (TemplateText a, TemplateText b):
                if (a.Length == b.Length)
                    renderer.Charge(a.Length / 16);
                return a.Value == b.Value;
            case (ListValue a, ListValue b):
                if (a.IsTuple != b.IsTuple || a.Items.Count != b.Items.Count)
                    return false;
                for (var i = 0; i < a.Items.Count; i++)
                {
                    if (!AreEqual(renderer, a.Items[i], b.Items[i], depth + 1))
                        return false;
                }

                return true;
            case (DictValue a, DictValue b):
                return a.Count == b.Count && a.All(p => b.TryGet(p.Key, out var other) && AreEqual(renderer, p.Value, other, depth + 1));
            case (Undefined, Undefined) or (null, null):
                return true;
            case (null, _) or (_, null):
                return false;
            default:
                return ValueComparer.Instance.Equals(left, right);
        }
    }

    /// <summary>Less than 0, 0 or more than 0, as two values are ordered.</summary>
    public static int Compare(Renderer renderer, object? left, object? right, int depth = 0)
    {
        Defined(renderer, left);
        Defined(renderer, right);
        renderer.Charge(1);
        left = left is bool a ? a ? 1L : 0L : left;
        right = right is bool b ? b ? 1L : 0L : right;
        switch (left, right)
        {
            case (TemplateText x, TemplateText y):
                renderer.Charge(Math.Min(x.Length, y.Length) / 16);
                return string.CompareOrdinal(x.Value, y.Value);
            case (long x, long y):
                return x.CompareTo(y);
            case (long or double, long or double):
                return Convert.ToDouble(left).CompareTo(Convert.ToDouble(right));
            case (ListValue x, ListValue y) when depth < 64:
                for (var i = 0; i < Math.Min(x.Items.Count, y.Items.Count); i++)
                {
                    if (Compare(renderer, x.Items[i], y.Items[i], depth + 1) is var order and not 0)
                        return order;
                }

                return x.Items.Count.CompareTo(y.Items.Count);
            default:
                throw renderer.Error($"cannot order {TypeName(left)} and {TypeName(right)}");
        }
    }

    public static bool Contains(Renderer renderer, object? container, object? item)
    {
        switch (container)
        {
            case TemplateText text when item is TemplateText part:
                renderer.Charge(text.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case TemplateText:
                throw renderer.Error($"'in' looks for a str in a str, not for {TypeName(item)}");
            case ListValue list:
                return list.Items.Exists(i => AreEqual(renderer, i, item));
            case DictValue dict:
                return dict.TryGet(item, out _);
            case Undefined:
                return false;
            default:
                throw renderer.Error($"cannot look into {TypeName(container)} with 'in'");
        }
    }

    /// <summary>The items that a loop over a value visits.</summary>
    public static IReadOnlyList<object?> Iterate(Renderer renderer, object? value)
    {
        switch (value)
        {
            case ListValue list:
                return list.Items;
            case DictValue dict:
                renderer.Charge(dict.Count);
                return [.. dict.Keys];
            case TemplateText text:
                return Characters(renderer, text);
            case Undefined:
                return [];
            default:
                throw renderer.Error($"{TypeName(value)} cannot be iterated");
        }
    }

    public static bool HasAstral(TemplateText text) => text.Value.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    public static List<object?> Characters(Renderer renderer, TemplateText text)
    {
        renderer.CheckItems(text.Length * 4L);
        var characters = new List<object?>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = Rune.DecodeFromUtf16(text.Value.AsSpan(at), out _, out var used) == OperationStatus.Done ? used : 1;
            characters.Add(text.Slice(at, length));
            at += length;
        }

        return characters;
    }

    public static int Length(Renderer renderer, object? value)
    {
        switch (value)
        {
            case TemplateText text:
                renderer.Charge(text.Length / 16);
                return text.Length - text.Value.AsSpan().Count(LowSurrogates);
            case ListValue list:
                return list.Items.Count;
            case DictValue dict:
                return dict.Count;
            case Undefined:
                return 0;
            default:
                throw renderer.Error($"{TypeName(value)} has no length");
        }
    }

    private static readonly SearchValues<char> LowSurrogates = SearchValues.Create([.. Enumerable.Range(0xDC00, 0x400).Select(c => (char)c)]);

    private static int Count(this ReadOnlySpan<char> text, SearchValues<char> values)
    {
        var count = 0;
        for (int at; (at = text.IndexOfAny(values)) >= 0; text = text[(at + 1)..])
            count++;
        return count;
    }
}

using System.Globalization;
using System.Text;

namespace Nunchi.Text.Templates;

/// <summary>Python's string methods, keeping the origin of what they leave in place.</summary>
internal static class StringMethods
{
    private static readonly Dictionary<string, Func<Renderer, TemplateText, Arguments, object?>> Methods = new(StringComparer.Ordinal)
    {
        ["upper"] = (r, t, _) => Mapped(r, t, t.Value.ToUpperInvariant()),
        ["lower"] = (r, t, _) => Mapped(r, t, t.Value.ToLowerInvariant()),
        ["casefold"] = (r, t, _) => Mapped(r, t, t.Value.ToLowerInvariant()),
        ["title"] = (r, t, _) => Mapped(r, t, Title(t.Value)),
        ["capitalize"] = (r, t, _) => Mapped(r, t, Capitalize(t.Value)),
        ["strip"] = (r, t, a) => Strip(r, t, a, true, true),
        ["lstrip"] = (r, t, a) => Strip(r, t, a, true, false),
        ["rstrip"] = (r, t, a) => Strip(r, t, a, false, true),
        ["split"] = (r, t, a) => Split(r, t, a, fromRight: false),
        ["rsplit"] = (r, t, a) => Split(r, t, a, fromRight: true),
        ["splitlines"] = SplitLines,
        ["startswith"] = (r, t, a) => Affixed(r, a, part => t.Value.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = (r, t, a) => Affixed(r, a, part => t.Value.EndsWith(part, StringComparison.Ordinal)),
        ["removeprefix"] = (r, t, a) => t.Value.StartsWith(TextOf(r, a, 0, "prefix").Value, StringComparison.Ordinal)
            ? t.Slice(TextOf(r, a, 0, "prefix").Length, t.Length - TextOf(r, a, 0, "prefix").Length)
            : t,
        ["removesuffix"] = (r, t, a) => t.Value.EndsWith(TextOf(r, a, 0, "suffix").Value, StringComparison.Ordinal)
            ? t.Slice(0, t.Length - TextOf(r, a, 0, "suffix").Length)
            : t,
        ["replace"] = (r, t, a) => Replace(r, t, TextOf(r, a, 0, "old"), TextOf(r, a, 1, "new"), a.Get(2, "count") as long? ?? -1),
        ["find"] = (r, t, a) => (long)t.Value.IndexOf(TextOf(r, a, 0, "sub").Value, StringComparison.Ordinal),
        ["rfind"] = (r, t, a) => (long)t.Value.LastIndexOf(TextOf(r, a, 0, "sub").Value, StringComparison.Ordinal),
        ["index"] = (r, t, a) => t.Value.IndexOf(TextOf(r, a, 0, "sub").Value, StringComparison.Ordinal) is var at and >= 0
            ? (long)at
            : throw r.Error("substring not found"),
        ["count"] = (r, t, a) => Count(r, t, TextOf(r, a, 0, "sub").Value),
        ["join"] = (r, t, a) => Join(r, t, a.Get(0, "iterable")),
        ["isdigit"] = (_, t, _) => t.Length > 0 && t.Value.All(char.IsDigit),
        ["isnumeric"] = (_, t, _) => t.Length > 0 && t.Value.All(char.IsNumber),
        ["isalpha"] = (_, t, _) => t.Length > 0 && t.Value.EnumerateRunes().All(Rune.IsLetter),
        ["isalnum"] = (_, t, _) => t.Length > 0 && t.Value.EnumerateRunes().All(Rune.IsLetterOrDigit),
        ["isspace"] = (_, t, _) => t.Length > 0 && t.Value.All(char.IsWhiteSpace),
        ["isupper"] = (_, t, _) => t.Value.Any(char.IsUpper) && !t.Value.Any(char.IsLower),
        ["islower"] = (_, t, _) => t.Value.Any(char.IsLower) && !t.Value.Any(char.IsUpper),
        ["zfill"] = (r, t, a) => Pad(r, t, a, "0", left: true, right: false),
        ["ljust"] = (r, t, a) => Pad(r, t, a, " ", left: false, right: true),
        ["rjust"] = (r, t, a) => Pad(r, t, a, " ", left: true, right: false),
        ["center"] = (r, t, a) => Pad(r, t, a, " ", left: true, right: true),
        ["format"] = StringFormat.Braces,
    };

    public static Callable? Find(TemplateText text, string name) =>
        Methods.TryGetValue(name, out var method) ? new Callable(name, (renderer, arguments) =>
        {
            renderer.Charge(text.Length / 8);
            return method(renderer, text, arguments);
        }) : null;

    public static TemplateText TextOf(Renderer renderer, Arguments arguments, int position, string name) =>
        arguments.Get(position, name) as TemplateText ?? throw renderer.Error($"argument '{name}' must be a str");

    public static string Title(string value)
    {
        var text = new StringBuilder(value.Length);
        var inWord = false;
        foreach (var unit in value)
        {
            text.Append(inWord ? char.ToLowerInvariant(unit) : char.ToUpperInvariant(unit));
            inWord = char.IsLetter(unit);
        }

        return text.ToString();
    }

    public static string Capitalize(string value) => value.Length == 0 ? "" : char.ToUpperInvariant(value[0]) + value[1..].ToLowerInvariant();

    public static TemplateText Mapped(Renderer renderer, TemplateText text, string value)
    {
        renderer.CheckLength(value.Length);
        return text.WithValue(value);
    }

    public static TemplateText Strip(Renderer renderer, TemplateText text, Arguments arguments, bool start, bool end)
    {
        var characters = arguments.Get(0, "chars") as TemplateText;
        renderer.CheckLength(text.Length);
        Func<char, bool> goes = characters is null ? char.IsWhiteSpace : characters.Value.Contains;
        int from = 0, to = text.Length;
        while (start && from < to && goes(text.Value[from]))
            from++;
        while (end && to > from && goes(text.Value[to - 1]))
            to--;
        return text.Slice(from, to - from);
    }

    public static TemplateText Replace(Renderer renderer, TemplateText text, TemplateText old, TemplateText fresh, long count)
    {
        var result = new TextBuilder();
        var from = 0;
        for (var at = 0; count != 0; count--)
        {
            at = old.Length == 0 && at > text.Length ? -1 : text.Value.IndexOf(old.Value, at, StringComparison.Ordinal);
            if (at < 0)
                break;
            renderer.Grow(result.Length, (long)fresh.Length + at - from);
            result.Append(text, from, at - from);
            result.Append(fresh);
            from = at + old.Length;
            at = old.Length == 0 ? at + 1 : from;
        }

        renderer.Grow(result.Length, text.Length - from);
        result.Append(text, from, text.Length - from);
        return result.ToText();
    }

    public static TemplateText Join(Renderer renderer, TemplateText separator, object? items)
    {
        var text = new TextBuilder();
        var first = true;
        foreach (var item in Operations.Iterate(renderer, items))
        {
            var part = item as TemplateText ?? throw renderer.Error($"join needs str items, not {Operations.TypeName(item)}");
            renderer.Grow(text.Length, (long)part.Length + separator.Length);
            if (!first)
                text.Append(separator);
            text.Append(part);
            first = false;
        }

        return text.ToText();
    }

    private static bool Affixed(Renderer renderer, Arguments arguments, Func<string, bool> test) => arguments.Get(0, "prefix") switch
    {
        TemplateText part => test(part.Value),
        ListValue { IsTuple: true } parts => parts.Items.Exists(p => p is TemplateText part && test(part.Value)),
        var other => throw renderer.Error($"startswith and endswith take a str or a tuple of str, not {Operations.TypeName(other)}"),
    };

    private static long Count(Renderer renderer, TemplateText text, string part)
    {
        if (part.Length == 0)
            return text.Length + 1;
        renderer.Charge(text.Length);
        var count = 0L;
        for (var at = 0; (at = text.Value.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
            count++;
        return count;
    }

    private static ListValue Split(Renderer renderer, TemplateText text, Arguments arguments, bool fromRight)
    {
        var most = arguments.Get(1, "maxsplit") as long? ?? -1;
        renderer.CheckLength(text.Length);
        List<(int Start, int End)> gaps = arguments.Get(0, "sep") switch
        {
            null => BlankGaps(text.Value),
            TemplateText { Length: > 0 } separator => Gaps(text.Value, separator.Value, fromRight),
            _ => throw renderer.Error("split needs a separator that is a str and not empty"),
        };
        renderer.CheckItems(gaps.Count + 1);
        var byBlanks = arguments.Get(0, "sep") is null;
        int first = 0, end = text.Length;
        if (byBlanks)
        {
            if (gaps.Count > 0 && gaps[0].Start == 0)
            {
                first = gaps[0].End;
                gaps.RemoveAt(0);
            }

            if (gaps.Count > 0 && gaps[^1].End == text.Length && (most < 0 || gaps.Count <= most || fromRight))
            {
                end = gaps[^1].Start;
                gaps.RemoveAt(gaps.Count - 1);
            }

            if (first >= end)
                return new ListValue([]);
        }

        if (most >= 0 && gaps.Count > most)
            gaps = fromRight ? gaps[^(int)most..] : gaps[..(int)most];
        var parts = new List<object?>(gaps.Count + 1);
        foreach (var gap in gaps)
        {
            parts.Add(text.Slice(first, gap.Start - first));
            first = gap.End;
        }

        parts.Add(text.Slice(first, end - first));
        return new ListValue(parts);
    }

    private static List<(int Start, int End)> Gaps(string text, string separator, bool fromRight)
    {
        var gaps = new List<(int, int)>();
        if (!fromRight)
        {
            for (var at = 0; (at = text.IndexOf(separator, at, StringComparison.Ordinal)) >= 0; at += separator.Length)
                gaps.Add((at, at + separator.Length));
            return gaps;
        }

        for (var rest = text.AsSpan(); rest.LastIndexOf(separator) is var at and >= 0; rest = rest[..at])
            gaps.Add((at, at + separator.Length));
        gaps.Reverse();
        return gaps;
    }

    private static List<(int Start, int End)> BlankGaps(string text)
    {
        var gaps = new List<(int, int)>();
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsWhiteSpace(text[at]))
                continue;
            var start = at;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            gaps.Add((start, at));
        }

        return gaps;
    }

    private static ListValue SplitLines(Renderer renderer, TemplateText text, Arguments arguments)
    {
        var keep = Operations.IsTrue(arguments.Get(0, "keepends"));
        renderer.CheckLength(text.Length);
        var lines = new List<object?>();
        for (var start = 0; start < text.Length;)
        {
            var length = text.Value.AsSpan(start).IndexOfAny('\r', '\n');
            var end = length < 0 ? text.Length : start + length;
            var next = end == text.Length ? end : text.Value.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            lines.Add(text.Slice(start, (keep ? next : end) - start));
            start = next;
        }

        return new ListValue(lines);
    }

    public static TemplateText Pad(Renderer renderer, TemplateText text, Arguments arguments, string fallback, bool left, bool right)
    {
        var width = arguments.Get(0, "width") as long? ?? 80;
        var fill = (arguments.Get(1, "fillchar") as TemplateText)?.Value ?? fallback;
        var missing = width - text.Length;
        if (missing <= 0 || fill.Length != 1)
            return text;
        renderer.CheckLength(width);
        var before = left ? right ? (int)missing / 2 : (int)missing : 0;
        var padded = new TextBuilder();
        padded.Append(new string(fill[0], before), Origin.Template);
        padded.Append(text);
        padded.Append(new string(fill[0], (int)missing - before), Origin.Template);
        return padded.ToText();
    }
}

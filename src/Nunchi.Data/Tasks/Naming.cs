using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;

namespace Nunchi.Data.Tasks;

/// <summary>Words for things, numbers and kinds of pictures.</summary>
internal static class Naming
{
    public static string Thing(ObjectClass what, ColourName colour, bool korean, bool plural)
    {
        if (korean)
            return colour == ColourName.None ? what.Korean : $"{Colours.Adjective(colour)} {what.Korean}";
        string noun = plural ? what.Plural : what.English;
        return colour == ColourName.None ? noun : $"{Colours.English(colour)} {noun}";
    }

    /// <summary>"두 마리", "three".</summary>
    public static string Count(int count, ObjectClass what, bool korean) =>
        korean ? $"{CountWords.Korean[count]} {what.Counter}" : CountWords.English[count];

    /// <summary>"노란 우산 두 개", "two yellow umbrellas", "a yellow umbrella".</summary>
    public static string Counted(ThingGroup group, bool korean, bool withColour = true)
    {
        string phrase = group.Phrase(korean, withColour);
        if (korean)
            return $"{phrase} {Count(group.Count, group.Class, true)}";
        return group.Count == 1 ? $"{Article(phrase)} {phrase}" : $"{CountWords.English[group.Count]} {phrase}";
    }

    /// <summary>The same of several, one after the other.</summary>
    public static string Counted(IEnumerable<ThingGroup> groups, bool korean) => string.Join(", ", groups.Select(group => Counted(group, korean)));

    public static string Article(string phrase) => "aeiouAEIOU".Contains(phrase[0]) && !phrase.StartsWith("one", StringComparison.Ordinal) ? "an" : "a";

    /// <summary>Items as a sentence lists them: "가, 나, 다" with the last two joined by 와/과 or "and".</summary>
    public static string List(IReadOnlyList<string> items, bool korean)
    {
        if (items.Count == 1)
            return items[0];
        string head = string.Join(", ", items.Take(items.Count - 1));
        return korean ? Phrase.Fill("{0과} {1}", head, items[^1]) : $"{head} and {items[^1]}";
    }

    public static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    public static string Kind(SceneKind kind, bool korean) => kind switch
    {
        SceneKind.Glyph => korean ? "글자" : "character",
        SceneKind.Word or SceneKind.Line or SceneKind.Lines => korean ? "글" : "text",
        SceneKind.Station => korean ? "역 이름 표지판" : "station name board",
        SceneKind.ShopFront => korean ? "가게 간판" : "shop sign",
        SceneKind.PriceTag => korean ? "가격표" : "price tag",
        SceneKind.RoadSign => korean ? "도로 표지판" : "road sign",
        SceneKind.Receipt => korean ? "영수증" : "receipt",
        SceneKind.Notice => korean ? "안내문" : "notice",
        SceneKind.Contact => korean ? "연락처가 적힌 종이" : "card with contact details",
        SceneKind.Menu => korean ? "차림표" : "menu",
        SceneKind.DoorPlate => korean ? "문패" : "door plate",
        SceneKind.BusStop => korean ? "버스 정류장 표지판" : "bus stop sign",
        SceneKind.Playground => korean ? "바깥 풍경" : "outdoor scene",
        SceneKind.Table => korean ? "물건들" : "things on a surface",
        SceneKind.Shapes => korean ? "도형" : "shapes",
        _ => korean ? "흐릿한 글" : "unreadable text",
    };
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nunchi.Chat;

namespace Nunchi.Grounding;

/// <summary>
/// Reads the boxes that models of the Qwen-VL line write, so that they draw like our own: <c>&lt;ref&gt;phrase&lt;/ref&gt;&lt;box&gt;(x1,y1),(x2,y2)&lt;/box&gt;</c>,
/// the same with Qwen2-VL's longer tags, and JSON objects with <c>bbox_2d</c>.
/// </summary>
public static partial class QwenGrounding
{
    private const int LongestObject = 4096;

    private const string BoxTag = @"(?:<box>|<\|box_start\|>)[-\d.,()\s]{7,256}(?:</box>|<\|box_end\|>)";

    /// <summary>Reads tags and JSON wherever they stand in an answer.</summary>
    /// <param name="answer">The answer; what cannot be read stays text.</param>
    /// <param name="coordinates">What its numbers count.</param>
    /// <returns>The text, tags taken out and JSON replaced by its labels, and the phrases in it.</returns>
    /// <exception cref="ArgumentException">The numbers count pixels and the size of the picture is missing.</exception>
    public static (string Text, IReadOnlyList<GroundedSpan> Spans) Read(string answer, ForeignCoordinates coordinates)
    {
        if (coordinates.Unit == CoordinateUnit.Pixels && (coordinates.Picture.Width < 1 || coordinates.Picture.Height < 1))
            throw new ArgumentException("Boxes in pixels need the size of the picture.", nameof(coordinates));
        return answer.Contains("bbox_2d", StringComparison.Ordinal) ? ReadJson(answer, coordinates) : ReadTags(answer, coordinates);
    }

    private static (string, IReadOnlyList<GroundedSpan>) ReadTags(string answer, ForeignCoordinates coordinates)
    {
        var text = new StringBuilder();
        var spans = new List<GroundedSpan>();
        int at = 0;
        foreach (Match match in Tagged().Matches(answer))
        {
            text.Append(answer, at, match.Index - at);
            at = match.Index + match.Length;
            BoundingBox[] boxes = [.. Boxes(match.Groups["boxes"].Value, coordinates)];
            if (boxes.Length == 0)
                text.Append(match.Value);
            else
                Add(text, spans, match.Groups["phrase"].Value, SpanKind.Object, boxes);
        }
        return (text.Append(answer, at, answer.Length - at).ToString(), spans);
    }

    private static IEnumerable<BoundingBox> Boxes(string tags, ForeignCoordinates coordinates)
    {
        foreach (Match corners in Corners().Matches(tags))
        {
            double[] numbers = [.. corners.Groups.Values.Skip(1).Select(group => double.Parse(group.ValueSpan, CultureInfo.InvariantCulture))];
            if (coordinates.Convert(numbers[0], numbers[1], numbers[2], numbers[3]) is { } box)
                yield return box;
        }
    }

    private static (string, IReadOnlyList<GroundedSpan>) ReadJson(string answer, ForeignCoordinates coordinates)
    {
        var text = new StringBuilder();
        var spans = new List<GroundedSpan>();
        int at = 0;
        while (at < answer.Length)
        {
            int open = answer.IndexOf('{', at);
            if (open < 0)
                break;
            // An innermost object: the last brace opened before the next one that closes.
            int close = answer.IndexOf('}', open);
            if (close < 0)
                break;
            open = answer.LastIndexOf('{', close, close - open + 1);
            text.Append(Glue().Replace(answer[at..open], ""));
            at = close + 1;
            if (!TryReadObject(answer.AsMemory(open, at - open), coordinates, out string label, out SpanKind kind, out BoundingBox box))
            {
                text.Append(answer, open, at - open);
                continue;
            }
            if (text.Length > 0 && text[^1] != '\n')
                text.Append('\n');
            Add(text, spans, label, kind, [box]);
        }
        text.Append(Glue().Replace(answer[at..], ""));
        int end = spans.Count > 0 ? spans[^1].End : 0;
        return (text.ToString(0, end) + text.ToString(end, text.Length - end).TrimEnd('\n'), spans);
    }

    private static bool TryReadObject(ReadOnlyMemory<char> json, ForeignCoordinates coordinates, out string label, out SpanKind kind, out BoundingBox box)
    {
        (label, kind, box) = ("", SpanKind.Object, default);
        if (json.Length > LongestObject)
            return false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (!root.TryGetProperty("bbox_2d", out JsonElement corners) || corners.ValueKind != JsonValueKind.Array || corners.GetArrayLength() != 4)
                return false;
            if (root.TryGetProperty("text_content", out JsonElement words) && words.ValueKind == JsonValueKind.String)
                (label, kind) = (words.GetString()!, SpanKind.Text);
            else if (root.TryGetProperty("label", out JsonElement name) && name.ValueKind == JsonValueKind.String)
                label = name.GetString()!;
            if (coordinates.Convert(corners[0].GetDouble(), corners[1].GetDouble(), corners[2].GetDouble(), corners[3].GetDouble()) is not { } found)
                return false;
            box = found;
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static void Add(StringBuilder text, List<GroundedSpan> spans, string phrase, SpanKind kind, IReadOnlyList<BoundingBox> boxes)
    {
        int start = text.Length;
        text.Append(phrase);
        spans.Add(new GroundedSpan(phrase, kind, start, text.Length, boxes));
    }

    // A phrase is optional, and one phrase may have several boxes.
    [GeneratedRegex(
        @"(?:(?:<ref>|<\|object_ref_start\|>)(?<phrase>[^<]{0,1024})(?:</ref>|<\|object_ref_end\|>)\s*)?(?<boxes>" + BoxTag + @"(?:\s*" + BoxTag + ")*)",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Tagged();

    [GeneratedRegex(@"\(\s*(-?\d{1,9}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,9}(?:\.\d{1,9})?)\s*\)\s*,\s*\(\s*(-?\d{1,9}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,9}(?:\.\d{1,9})?)\s*\)", RegexOptions.NonBacktracking)]
    private static partial Regex Corners();

    // What holds a JSON list together and is no text of the answer.
    [GeneratedRegex(@"```(?:json)?\s*|^\s*\[\s*|^\s*,\s*|\s*\[\s*$|^\s*\]\s*", RegexOptions.NonBacktracking)]
    private static partial Regex Glue();
}

using System.Globalization;

namespace Nunchi.Grounding;

/// <summary>Reads what stands between <c>&lt;bbox&gt;</c>, <c>&lt;delim&gt;</c> and <c>&lt;/bbox&gt;</c>, and tells what was odd about it.</summary>
internal static class BoxReader
{
    private const double FarOutside = 0.5;

    /// <summary>Whether a character can stand in a box; any other ends it.</summary>
    public static bool Allows(char unit) => unit is (>= '0' and <= '9') or '.' or ',' or '-' or '+' or ' ' or '\n' or '\t' or '(' or ')' or '[' or ']';

    public static IEnumerable<BoundingBox> Read(string content, Action<GroundingOddityKind, string> report)
    {
        string[] parts = content.Split([',', ' ', '\n', '\t', '(', ')', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new List<double>();
        foreach (string part in parts)
        {
            if (!double.TryParse(part, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double number)
                || !double.IsFinite(number))
            {
                report(GroundingOddityKind.NotANumber, content);
                return [];
            }
            numbers.Add(number);
        }
        if (numbers.Count != 4)
            report(GroundingOddityKind.WrongNumberCount, content);
        if (numbers.Count == 5)
            numbers.RemoveAt(4);
        return numbers.Count == 0 || numbers.Count % 4 != 0
            ? []
            : numbers.Chunk(4).Select(corners => Box(corners, content, report)).OfType<BoundingBox>().ToList();
    }

    private static BoundingBox? Box(double[] corners, string content, Action<GroundingOddityKind, string> report)
    {
        if (corners.Any(value => value > 1 + FarOutside) && corners.All(value => value >= 0 && value <= 1000 && value == Math.Floor(value)))
        {
            report(GroundingOddityKind.Thousandths, content);
            corners = [.. corners.Select(value => value / 1000)];
        }
        if (corners.Any(value => value is < 0 or > 1))
        {
            report(GroundingOddityKind.OutOfRange, content);
            if (corners.Any(value => value is < -FarOutside or > 1 + FarOutside))
                return null;
        }
        double[] kept = [.. corners.Select(value => Math.Clamp(value, 0, 1))];
        if (kept[0] > kept[2] || kept[1] > kept[3])
            report(GroundingOddityKind.ReversedCorners, content);
        var box = new BoundingBox(Math.Min(kept[0], kept[2]), Math.Min(kept[1], kept[3]), Math.Max(kept[0], kept[2]), Math.Max(kept[1], kept[3]));
        if (box.X1 == box.X2 || box.Y1 == box.Y2)
            report(GroundingOddityKind.EmptyBox, content);
        return box;
    }
}

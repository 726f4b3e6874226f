using System.Globalization;
using System.Text;

namespace Nunchi.Grounding;

/// <summary>
/// Boxes as VARCO-VISION writes them: <c>x1, y1, x2, y2</c>, fractions of the original picture's width and height with at most three
/// decimals, rounded half to even, trailing zeros dropped.
/// </summary>
public static class CoordinateFormat
{
    /// <summary>Four coordinates: <c>0.039, 0.138, 0.283, 0.257</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A coordinate is outside 0..1 or no number.</exception>
    public static string Format(BoundingBox box) => $"{Format(box.X1)}, {Format(box.Y1)}, {Format(box.X2)}, {Format(box.Y2)}";

    /// <summary>One coordinate: <c>0.34</c>.</summary>
    /// <param name="value">0..1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside 0..1 or no number.</exception>
    public static string Format(double value)
    {
        if (!(value >= 0 && value <= 1))
            throw new ArgumentOutOfRangeException(nameof(value), value, "A coordinate is a fraction of the picture, 0 to 1.");
        // Three decimals of a double can only be tied at odd multiples of 1/16, and there 1000 * value is exact; elsewhere F3 rounds the exact value.
        string digits = value * 16 == Math.Floor(value * 16)
            ? (Math.Round(value * 1000, MidpointRounding.ToEven) / 1000).ToString("F3", CultureInfo.InvariantCulture)
            : value.ToString("F3", CultureInfo.InvariantCulture);
        return digits.TrimEnd('0').TrimEnd('.');
    }

    /// <summary>Several boxes of one phrase, joined by <c>&lt;delim&gt;</c>.</summary>
    public static string Format(IEnumerable<BoundingBox> boxes) =>
        new StringBuilder().AppendJoin(GroundingMarkup.Delimiter, boxes.Select(Format)).ToString();

    /// <summary>Reads one box; spaces may be missing. Whatever is odd about it makes it fail; <see cref="GroundingParser"/> is the tolerant reader.</summary>
    /// <param name="text">Four numbers of 0..1 with commas between.</param>
    /// <param name="box">The box.</param>
    /// <returns>False when there are not four numbers, one is out of range, or the corners are reversed.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out BoundingBox box)
    {
        Span<double> numbers = stackalloc double[4];
        int count = 0;
        box = default;
        foreach (Range range in text.Split(','))
        {
            if (count == 4 || !double.TryParse(text[range].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                || !(number >= 0 && number <= 1))
                return false;
            numbers[count++] = number;
        }
        if (count != 4 || numbers[0] > numbers[2] || numbers[1] > numbers[3])
            return false;
        box = new BoundingBox(numbers[0], numbers[1], numbers[2], numbers[3]);
        return true;
    }
}

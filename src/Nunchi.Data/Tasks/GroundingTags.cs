using System.Globalization;
using System.Text;
using Nunchi.Grounding;

namespace Nunchi.Data.Tasks;

/// <summary>
/// The tags of the VARCO-VISION format, written in the one way that training data uses: coordinates lie on a grid of 1/200 from 0.005 to 0.995,
/// so that each is one of 199 short numbers that a small model learns as wholes.
/// </summary>
public static class GroundingTags
{
    /// <summary>Steps of the coordinate grid from 0 to 1.</summary>
    public const int Grid = 200;

    /// <summary>Put before a question, it asks for boxes in the answer.</summary>
    public const string AskForBoxes = "<gro>\n";

    /// <summary>As the whole question, it asks for every text with its box.</summary>
    public const string AskForTexts = "<ocr>";

    /// <summary>A coordinate on the grid: "0.17", "0.995".</summary>
    /// <param name="value">A fraction of the picture's width or height; values outside 0.005..0.995 go to the nearer end of the grid.</param>
    /// <exception cref="ArgumentException">The value is not a number.</exception>
    public static string Coordinate(double value)
    {
        if (double.IsNaN(value))
            throw new ArgumentException("A coordinate must be a number from 0 to 1, not NaN.", nameof(value));
        return Format(Step(value));
    }

    /// <summary>Four coordinates: "0.1, 0.2, 0.35, 0.4". A box thinner than a step of the grid becomes one step wide.</summary>
    public static string Box(BoundingBox box)
    {
        (int left, int right) = Span(box.X1, box.X2);
        (int top, int bottom) = Span(box.Y1, box.Y2);
        return $"{Format(left)}, {Format(top)}, {Format(right)}, {Format(bottom)}";
    }

    /// <summary>An object phrase with its boxes.</summary>
    /// <exception cref="ArgumentException">There is no box.</exception>
    public static string Object(string phrase, params IReadOnlyList<BoundingBox> boxes) => Tagged("obj", phrase, boxes);

    /// <summary>A piece of text in the picture with its boxes.</summary>
    /// <exception cref="ArgumentException">There is no box.</exception>
    public static string Char(string text, params IReadOnlyList<BoundingBox> boxes) => Tagged("char", text, boxes);

    private static string Tagged(string tag, string text, IReadOnlyList<BoundingBox> boxes)
    {
        if (boxes.Count == 0)
            throw new ArgumentException($"'{text}' needs at least one box.", nameof(boxes));
        var result = new StringBuilder($"<{tag}>{text}</{tag}><bbox>");
        for (int i = 0; i < boxes.Count; i++)
            result.Append(i == 0 ? "" : "<delim>").Append(Box(boxes[i]));
        return result.Append("</bbox>").ToString();
    }

    private static (int Low, int High) Span(double low, double high)
    {
        int a = Step(low), b = Step(high);
        return a < b ? (a, b) : a < Grid - 1 ? (a, a + 1) : (Grid - 2, Grid - 1);
    }

    private static int Step(double value) => (int)Math.Clamp(Math.Round(value * Grid, MidpointRounding.ToEven), 1, Grid - 1);

    private static string Format(int step) => ((decimal)step / Grid).ToString("0.###", CultureInfo.InvariantCulture);
}

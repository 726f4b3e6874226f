using Nunchi.Chat;
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
    public const string AskForBoxes = GroundingMarkup.AskForBoxes + "\n";

    /// <summary>As the whole question, it asks for every text with its box.</summary>
    public const string AskForTexts = GroundingMarkup.AskForTexts;

    /// <summary>A coordinate on the grid: "0.17", "0.995".</summary>
    /// <param name="value">A fraction of the picture's width or height; values outside 0.005..0.995 go to the nearer end of the grid.</param>
    /// <exception cref="ArgumentException">The value is not a number.</exception>
    public static string Coordinate(double value) => CoordinateFormat.Format(Step(value) / (double)Grid);

    /// <summary>The box on the grid; one thinner than a step becomes one step wide.</summary>
    public static BoundingBox Snap(BoundingBox box)
    {
        (int left, int right) = Span(box.X1, box.X2);
        (int top, int bottom) = Span(box.Y1, box.Y2);
        return new BoundingBox(left / (double)Grid, top / (double)Grid, right / (double)Grid, bottom / (double)Grid);
    }

    /// <summary>An object phrase with its boxes.</summary>
    /// <exception cref="ArgumentException">There is no box, or the phrase holds a tag.</exception>
    public static string Object(string phrase, params IReadOnlyList<BoundingBox> boxes) => GroundingMarkup.Write(phrase, SpanKind.Object, [.. boxes.Select(Snap)]);

    /// <summary>A piece of text in the picture with its boxes.</summary>
    /// <exception cref="ArgumentException">There is no box, or the text holds a tag.</exception>
    public static string Char(string text, params IReadOnlyList<BoundingBox> boxes) => GroundingMarkup.Write(text, SpanKind.Text, [.. boxes.Select(Snap)]);

    private static (int Low, int High) Span(double low, double high)
    {
        int a = Step(low), b = Step(high);
        return a < b ? (a, b) : a < Grid - 1 ? (a, a + 1) : (Grid - 2, Grid - 1);
    }

    private static int Step(double value) => double.IsNaN(value)
        ? throw new ArgumentException("A coordinate must be a number from 0 to 1, not NaN.", nameof(value))
        : (int)Math.Clamp(Math.Round(value * Grid, MidpointRounding.ToEven), 1, Grid - 1);
}

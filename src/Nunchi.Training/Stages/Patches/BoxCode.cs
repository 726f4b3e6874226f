using Nunchi.Grounding;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// The four sides of a box as smooth numbers: for each side cosines and sines of four frequencies. Neighbouring sides have neighbouring codes, so that a code which
/// is a little off still says nearly the same, and what a softmax over numbers cannot teach, a regression can.
/// </summary>
internal static class BoxCode
{
    /// <summary>Half turns from one edge of the page to the other.</summary>
    private static readonly int[] HalfTurns = [1, 2, 4, 8];

    /// <summary>Numbers of a side.</summary>
    public static int SideLength => 2 * HalfTurns.Length;

    /// <summary>Numbers of a box: left, top, right, bottom.</summary>
    public static int Length => 4 * SideLength;

    /// <summary>Length of every code as a vector: of each pair of numbers it is 1.</summary>
    public static float Norm => MathF.Sqrt(4 * HalfTurns.Length);

    /// <summary>Writes the code of a box.</summary>
    public static void Write(BoundingBox box, Span<float> into)
    {
        WriteSide(box.X1, into);
        WriteSide(box.Y1, into[SideLength..]);
        WriteSide(box.X2, into[(2 * SideLength)..]);
        WriteSide(box.Y2, into[(3 * SideLength)..]);
    }

    /// <summary>Writes the code of one side.</summary>
    /// <param name="side">Its place, 0..1.</param>
    /// <param name="into">[<see cref="SideLength"/>].</param>
    public static void WriteSide(double side, Span<float> into)
    {
        for (var i = 0; i < HalfTurns.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(Math.PI * HalfTurns[i] * side);
            (into[2 * i], into[(2 * i) + 1]) = ((float)cosine, (float)sine);
        }
    }

    /// <summary>The box that a code means, codes that are a little off included.</summary>
    public static BoundingBox Read(ReadOnlySpan<float> code) =>
        new(ReadSide(code), ReadSide(code[SideLength..]), ReadSide(code[(2 * SideLength)..]), ReadSide(code[(3 * SideLength)..]));

    /// <summary>Mean distance of the sides of two boxes.</summary>
    public static double Distance(BoundingBox a, BoundingBox b) => (Math.Abs(a.X1 - b.X1) + Math.Abs(a.Y1 - b.Y1) + Math.Abs(a.X2 - b.X2) + Math.Abs(a.Y2 - b.Y2)) / 4;

    // The slowest pair tells where; each faster one tells it finer, near what the slower ones said.
    private static double ReadSide(ReadOnlySpan<float> code)
    {
        var side = 0.0;
        for (var i = 0; i < HalfTurns.Length; i++)
        {
            // Of the slowest pair only half of the circle is used.
            var sine = i == 0 ? Math.Max(code[1], 0) : code[(2 * i) + 1];
            var turn = Math.Atan2(sine, code[2 * i]) / (Math.PI * HalfTurns[i]);
            var period = 2.0 / HalfTurns[i];
            side = i == 0 ? turn : turn + (period * Math.Round((side - turn) / period));
        }

        return Math.Clamp(side, 0, 1);
    }
}

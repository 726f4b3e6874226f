namespace Nunchi.Grounding;

/// <summary>
/// Finds a place for each label at its box: above it if that is free, else below, inside or beside. A label stays inside the picture and
/// covers no other label unless every place is taken; then the least covered one is used.
/// </summary>
internal sealed class LabelLayout(int width, int height)
{
    private readonly List<PixelBox> _placed = [];

    /// <summary>Places one label and remembers it.</summary>
    /// <param name="box">The box that it belongs to.</param>
    /// <param name="labelWidth">Width of the label; cut to the picture's.</param>
    /// <param name="labelHeight">Height of the label; cut to the picture's.</param>
    public PixelBox Place(PixelBox box, int labelWidth, int labelHeight)
    {
        labelWidth = Math.Min(labelWidth, width);
        labelHeight = Math.Min(labelHeight, height);
        PixelBox best = default;
        long least = long.MaxValue;
        foreach (var (x, y) in Candidates(box, labelWidth, labelHeight))
        {
            int left = Math.Clamp(x, 0, width - labelWidth), top = Math.Clamp(y, 0, height - labelHeight);
            var place = new PixelBox(left, top, left + labelWidth, top + labelHeight);
            long covered = _placed.Sum(other => Overlap(place, other));
            if (covered < least)
                (best, least) = (place, covered);
            if (covered == 0)
                break;
        }
        _placed.Add(best);
        return best;
    }

    private static IEnumerable<(int X, int Y)> Candidates(PixelBox box, int labelWidth, int labelHeight)
    {
        int above = box.Y1 - labelHeight, rightAligned = box.X2 - labelWidth, insideBottom = box.Y2 - labelHeight;
        if (above >= 0)
        {
            yield return (box.X1, above);
            yield return (rightAligned, above);
        }
        yield return (box.X1, box.Y1);
        yield return (box.X1, box.Y2);
        yield return (rightAligned, box.Y1);
        yield return (rightAligned, box.Y2);
        yield return (box.X1, insideBottom);
        yield return (rightAligned, insideBottom);
        yield return (box.X2, box.Y1);
        yield return (box.X1 - labelWidth, box.Y1);
        yield return (box.X2, insideBottom);
        yield return (box.X1 - labelWidth, insideBottom);
        for (int step = 1; step <= 4; step++)
        {
            yield return (box.X1, above - step * labelHeight);
            yield return (box.X1, box.Y2 + step * labelHeight);
        }
    }

    private static long Overlap(PixelBox a, PixelBox b)
    {
        long across = Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1), down = Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1);
        return across > 0 && down > 0 ? across * down : 0;
    }
}

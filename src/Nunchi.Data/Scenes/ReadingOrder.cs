using SkiaSharp;

namespace Nunchi.Data.Scenes;

/// <summary>
/// One rule for all pictures: lines from top to bottom, texts on a line from left to right. A text joins a line when the middle of one lies within
/// the height of the other. Vertical columns side by side make one line. The rule works on the design's units, before the camera turns them.
/// </summary>
internal static class ReadingOrder
{
    public static List<List<PlacedText>> Lines(IReadOnlyList<PlacedText> texts)
    {
        List<PlacedText> waiting = [.. texts.OrderBy(t => t.Area.MidY).ThenBy(t => t.Area.Left)];
        var lines = new List<List<PlacedText>>();
        while (waiting.Count > 0)
        {
            PlacedText first = waiting.MinBy(t => t.Area.Top)!;
            SKRect band = Tallest(waiting, first);
            var line = waiting.Where(t => ReferenceEquals(t, first) || Beside(t.Area, band)).ToList();
            waiting.RemoveAll(line.Contains);
            lines.Add([.. line.OrderBy(t => t.Area.Left)]);
        }
        return lines;
    }

    // A small text may stand beside a tall one whose top is lower; the tallest text that shares the first one's height sets the band.
    private static SKRect Tallest(List<PlacedText> waiting, PlacedText first)
    {
        SKRect band = first.Area;
        foreach (PlacedText other in waiting)
        {
            if (!ReferenceEquals(other, first) && !other.Style.Vertical && Beside(other.Area, first.Area) && other.Area.Height > band.Height && other.Area.Height < 2.2f * first.Area.Height)
                band = other.Area;
        }
        return band;
    }

    private static bool Beside(SKRect a, SKRect b)
    {
        float overlap = Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top);
        return overlap > 0.55f * Math.Min(a.Height, b.Height) && overlap > 0.2f * Math.Max(a.Height, b.Height);
    }
}

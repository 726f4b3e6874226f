using System.Text.RegularExpressions;

namespace Nunchi.Images;

/// <summary>Lists of anyres canvases.</summary>
public static partial class CanvasGrid
{
    /// <summary>Every canvas of 1..<paramref name="side"/> by 1..<paramref name="side"/> tiles, heights outer, widths inner, both growing.</summary>
    /// <param name="tileSize">Side of a tile in pixels.</param>
    /// <param name="side">Tiles of the largest canvas along a side.</param>
    /// <returns>Sizes in pixels.</returns>
    public static IReadOnlyList<ImageSize> Full(int tileSize, int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tileSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        return Range(new ImageSize(1, 1), new ImageSize(side, side), tileSize);
    }

    /// <summary>Reads the short form of LLaVA-NeXT: <c>(1x1),...,(6x6)</c> for every size from first to last, or a plain list <c>(1x1),(1x2)</c>; numbers count tiles.</summary>
    /// <returns>Sizes in pixels; null when the text is of no such form or lists more than 4,096 sizes.</returns>
    internal static IReadOnlyList<ImageSize>? Parse(string text, int tileSize)
    {
        if (text.Length > 65536 || !ShortForm().IsMatch(text))
            return null;
        var sizes = new List<ImageSize>();
        foreach (Match match in TileSizes().Matches(text))
        {
            if (!int.TryParse(match.Groups[1].ValueSpan, out int height) || !int.TryParse(match.Groups[2].ValueSpan, out int width)
                || height is < 1 or > 64 || width is < 1 or > 64)
                return null;
            sizes.Add(new ImageSize(height, width));
        }
        return text.Contains("...", StringComparison.Ordinal)
            ? Range(sizes[0], sizes[^1], tileSize)
            : [.. sizes.Select(size => new ImageSize(size.Height * tileSize, size.Width * tileSize))];
    }

    private static List<ImageSize> Range(ImageSize first, ImageSize last, int tileSize)
    {
        var sizes = new List<ImageSize>();
        for (int height = first.Height; height <= last.Height; height++)
        {
            for (int width = first.Width; width <= last.Width; width++)
                sizes.Add(new ImageSize(checked(height * tileSize), checked(width * tileSize)));
        }
        return sizes;
    }

    [GeneratedRegex(@"^\s*\(\d+x\d+\)\s*(,\s*(\.\.\.\s*,\s*)?\(\d+x\d+\)\s*)*$", RegexOptions.NonBacktracking)]
    private static partial Regex ShortForm();

    [GeneratedRegex(@"\((\d+)x(\d+)\)")]
    private static partial Regex TileSizes();
}

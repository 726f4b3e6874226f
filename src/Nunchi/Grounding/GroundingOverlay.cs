using Nunchi.Chat;
using Nunchi.Images;
using SkiaSharp;

namespace Nunchi.Grounding;

/// <summary>How boxes are drawn; what is null follows the picture's size.</summary>
public sealed record OverlayOptions
{
    /// <summary>Whether each box carries its phrase.</summary>
    public bool ShowLabels { get; init; } = true;

    /// <summary>Width of the lines in pixels, 1..100.</summary>
    public int? LineWidth { get; init; }

    /// <summary>Height of the letters in pixels, 4..400.</summary>
    public int? LetterHeight { get; init; }
}

/// <summary>Draws the regions of an answer into its picture, each span in its <see cref="OverlayColour"/>.</summary>
public static class GroundingOverlay
{
    private const int LeastLineWidth = 2, LineShare = 240;
    private const int LeastLetterHeight = 13, MostLetterHeight = 72, LetterShare = 32;
    private const float PlateHeight = 1.35f, PlatePadding = 0.3f, WidestLabel = 0.45f;

    /// <summary>The picture with boxes and labels.</summary>
    /// <param name="image">The picture that the boxes are fractions of; it is not changed.</param>
    /// <param name="spans">The phrases and their boxes, in the order of the answer.</param>
    /// <param name="options">How to draw; null for what suits the picture.</param>
    /// <returns>A new picture of the same size.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static unsafe RgbImage Draw(RgbImage image, IReadOnlyList<GroundedSpan> spans, OverlayOptions? options = null)
    {
        options ??= new OverlayOptions();
        int side = Math.Min(image.Width, image.Height);
        int lineWidth = InRange(options.LineWidth, 1, 100, nameof(OverlayOptions.LineWidth)) ?? Math.Max(LeastLineWidth, side / LineShare);
        int letters = InRange(options.LetterHeight, 4, 400, nameof(OverlayOptions.LetterHeight)) ?? Math.Clamp(side / LetterShare, LeastLetterHeight, MostLetterHeight);
        byte[] pixels = PixelFormats.AddAlpha(image.Pixels);
        fixed (byte* start = pixels)
        {
            using var bitmap = new SKBitmap();
            var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
            bitmap.InstallPixels(info, (nint)start);
            using var canvas = new SKCanvas(bitmap);
            for (int i = 0; i < spans.Count; i++)
                DrawBoxes(canvas, image, spans[i], i, lineWidth);
            if (options.ShowLabels)
                DrawLabels(canvas, image, spans, letters);
            canvas.Flush();
        }
        var result = new RgbImage(image.Width, image.Height);
        PixelFormats.DropAlpha(pixels, result.Pixels);
        return result;
    }

    private static void DrawBoxes(SKCanvas canvas, RgbImage image, GroundedSpan span, int index, int lineWidth)
    {
        using SKPathEffect? dashes = OverlayColour.IsDashed(index) ? SKPathEffect.CreateDash([lineWidth * 4, lineWidth * 2], 0) : null;
        using var halo = Stroke(new SKColor(0, 0, 0, 130), lineWidth + Math.Max(2, lineWidth / 2), dashes);
        using var line = Stroke(Colour(OverlayColour.Of(index)), lineWidth, dashes);
        foreach (BoundingBox box in span.Boxes)
        {
            PixelBox edges = PixelBox.From(box, image.Width, image.Height);
            float inset = lineWidth / 2f;
            var rectangle = new SKRect(
                Math.Min(edges.X1 + inset, image.Width - inset), Math.Min(edges.Y1 + inset, image.Height - inset),
                Math.Max(edges.X2 - inset, inset), Math.Max(edges.Y2 - inset, inset));
            rectangle = rectangle.Standardized;
            canvas.DrawRect(rectangle, halo);
            canvas.DrawRect(rectangle, line);
        }
    }

    private static void DrawLabels(SKCanvas canvas, RgbImage image, IReadOnlyList<GroundedSpan> spans, int letters)
    {
        using var text = new LabelText(letters);
        var layout = new LabelLayout(image.Width, image.Height);
        float padding = letters * PlatePadding;
        for (int i = 0; i < spans.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(spans[i].Phrase))
                continue;
            OverlayColour colour = OverlayColour.Of(i);
            using var plate = new SKPaint { Color = Colour(colour), Style = SKPaintStyle.Fill };
            using var ink = new SKPaint { Color = Colour(colour.Ink), IsAntialias = true };
            foreach (BoundingBox box in spans[i].Boxes)
            {
                PixelBox edges = PixelBox.From(box, image.Width, image.Height);
                float widest = Math.Min(Math.Max(image.Width * WidestLabel, edges.X2 - edges.X1), image.Width) - 2 * padding;
                string line = text.Fit(spans[i].Phrase, widest);
                PixelBox place = layout.Place(edges, (int)Math.Ceiling(text.Measure(line) + 2 * padding), (int)Math.Ceiling(letters * PlateHeight));
                var area = new SKRect(place.X1, place.Y1, place.X2, place.Y2);
                canvas.DrawRect(area, plate);
                canvas.Save();
                canvas.ClipRect(area);
                text.Draw(canvas, line, place.X1 + padding, (place.Y1 + place.Y2) / 2f, ink);
                canvas.Restore();
            }
        }
    }

    private static SKPaint Stroke(SKColor colour, float width, SKPathEffect? dashes) =>
        new() { Color = colour, Style = SKPaintStyle.Stroke, StrokeWidth = width, StrokeJoin = SKStrokeJoin.Miter, PathEffect = dashes };

    private static SKColor Colour(OverlayColour colour) => new(colour.Red, colour.Green, colour.Blue);

    private static int? InRange(int? value, int least, int most, string name) =>
        value is null || (value >= least && value <= most)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to {most} pixels.");
}

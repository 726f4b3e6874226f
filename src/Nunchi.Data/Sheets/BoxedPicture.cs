using System.Globalization;
using System.Text;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Data.Sheets;

/// <summary>Boxes of one colour over a picture.</summary>
/// <param name="Colour">As CSS writes it.</param>
/// <param name="Boxes">Fractions of the picture.</param>
public sealed record BoxLayer(string Colour, IReadOnlyList<BoundingBox> Boxes);

/// <summary>A picture with boxes, as SVG inside a page.</summary>
public static class BoxedPicture
{
    /// <summary>Colour of boxes that were expected.</summary>
    public const string Expected = "#0a8a3c";

    /// <summary>Colour of boxes that were given.</summary>
    public const string Given = "#e0241b";

    /// <summary>The SVG element; the picture lies in it as a JPEG.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="largestSide">Largest side on the page in CSS pixels; smaller pictures keep their size.</param>
    /// <param name="layers">Boxes, the last ones on top.</param>
    public static string Draw(RgbImage image, int largestSide, params IReadOnlyList<BoxLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(image);
        var html = new StringBuilder();
        double zoom = Math.Min(1, largestSide / (double)Math.Max(image.Width, image.Height));
        html.Append(CultureInfo.InvariantCulture, $"<svg width=\"{image.Width * zoom:F0}\" viewBox=\"0 0 {image.Width} {image.Height}\" xmlns=\"http://www.w3.org/2000/svg\"><image width=\"{image.Width}\" height=\"{image.Height}\" href=\"{DataUri.Jpeg(image.Pixels, image.Width, image.Height)}\"/>");
        foreach (BoxLayer layer in layers)
        {
            foreach (BoundingBox box in layer.Boxes)
                html.Append(CultureInfo.InvariantCulture, $"<rect x=\"{box.X1 * image.Width:F1}\" y=\"{box.Y1 * image.Height:F1}\" width=\"{Math.Max(0, box.X2 - box.X1) * image.Width:F1}\" height=\"{Math.Max(0, box.Y2 - box.Y1) * image.Height:F1}\" fill=\"none\" stroke=\"{layer.Colour}\" stroke-width=\"2\"/>");
        }
        return html.Append("</svg>").ToString();
    }
}

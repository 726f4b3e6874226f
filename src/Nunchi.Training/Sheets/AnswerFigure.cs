using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Nunchi.Chat;
using Nunchi.Data.Tasks;
using Nunchi.Images;

namespace Nunchi.Training.Sheets;

/// <summary>A conversation with the answers that were expected and given; boxes are drawn on the picture, expected ones green, given ones red.</summary>
internal static partial class AnswerFigure
{
    private const int LargestSide = 420;

    public static string Draw(TrainingSample sample, IReadOnlyList<string> given)
    {
        var html = new StringBuilder();
        var expected = sample.Messages.Where(message => message.Role == Role.Assistant).Select(TextOf).ToList();
        foreach (var image in sample.Messages.SelectMany(message => message.Parts).OfType<ImagePart>().Select(part => part.Image))
            AppendPicture(html, image, expected, given);
        for (var turn = 0; turn < given.Count; turn++)
        {
            var right = given[turn] == expected[turn];
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{sample.Turns[turn].Task} · {WebUtility.HtmlEncode(sample.Turns[turn].Group)}</p>")
                .Append(CultureInfo.InvariantCulture, $"<p class=\"ask\">{Escape(TextOf(sample.Messages[2 * turn]))}</p><p class=\"{(right ? "right" : "wrong")}\">{Escape(given[turn])}</p>");
            if (!right)
                html.Append(CultureInfo.InvariantCulture, $"<p>{Escape(expected[turn])}</p>");
        }

        return html.ToString();
    }

    private static void AppendPicture(StringBuilder html, RgbImage image, IReadOnlyList<string> expected, IReadOnlyList<string> given)
    {
        var zoom = Math.Min(1, LargestSide / (double)Math.Max(image.Width, image.Height));
        html.Append(CultureInfo.InvariantCulture, $"<svg width=\"{image.Width * zoom:F0}\" viewBox=\"0 0 {image.Width} {image.Height}\" xmlns=\"http://www.w3.org/2000/svg\"><image width=\"{image.Width}\" height=\"{image.Height}\" href=\"{DataUri.Jpeg(image.Pixels, image.Width, image.Height)}\"/>");
        foreach (var (answers, colour) in ((IReadOnlyList<string>, string)[])[(expected, "#0a8a3c"), (given, "#e0241b")])
            foreach (var box in answers.SelectMany(Boxes))
                html.Append(CultureInfo.InvariantCulture, $"<rect x=\"{box[0] * image.Width:F1}\" y=\"{box[1] * image.Height:F1}\" width=\"{Math.Max(0, box[2] - box[0]) * image.Width:F1}\" height=\"{Math.Max(0, box[3] - box[1]) * image.Height:F1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        html.Append("</svg>");
    }

    private static IEnumerable<double[]> Boxes(string answer) =>
        BoxPattern().Matches(answer).Select(match => (double[])[.. Enumerable.Range(1, 4).Select(group => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture))]);

    private static string TextOf(Message message) => string.Concat(message.Parts.OfType<TextPart>().Select(part => part.Text));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex(@"(?:<bbox>|<delim>)(0\.\d{1,4}), (0\.\d{1,4}), (0\.\d{1,4}), (0\.\d{1,4})", RegexOptions.CultureInvariant)]
    private static partial Regex BoxPattern();
}

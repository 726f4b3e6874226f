using System.Globalization;
using System.Net;
using System.Text;
using Nunchi.Chat;
using Nunchi.Data.Sheets;
using Nunchi.Data.Tasks;
using Nunchi.Grounding;

namespace Nunchi.Training.Sheets;

/// <summary>A conversation with the answers that were expected and given; boxes are drawn on the picture, expected ones green, given ones red.</summary>
internal static class AnswerFigure
{
    private const int LargestSide = 420;

    public static string Draw(TrainingSample sample, IReadOnlyList<string> given)
    {
        var html = new StringBuilder();
        var expected = sample.Messages.Where(message => message.Role == Role.Assistant).Select(TextOf).ToList();
        foreach (var image in sample.Messages.SelectMany(message => message.Parts).OfType<ImagePart>().Select(part => part.Image))
            html.Append(BoxedPicture.Draw(image, LargestSide, new BoxLayer(BoxedPicture.Expected, Boxes(expected)), new BoxLayer(BoxedPicture.Given, Boxes(given))));
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

    private static IReadOnlyList<BoundingBox> Boxes(IEnumerable<string> answers) =>
        [.. answers.SelectMany(answer => GroundingParser.Parse(answer).Spans).SelectMany(span => span.Boxes)];

    private static string TextOf(Message message) => string.Concat(message.Parts.OfType<TextPart>().Select(part => part.Text));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}

using System.Globalization;
using System.Net;
using System.Text;
using Nunchi.Data.Objects;
using Nunchi.Data.Pages;
using Nunchi.Data.Sheets;
using Nunchi.Training.Stages.EncoderLabels;

namespace Nunchi.Training.Sheets;

/// <summary>A page with what the heads see in it: each patch's character in green when all parts are right, in red when not; objects by name.</summary>
internal static class PageFigure
{
    private const int Zoom = 3;

    public static string Draw(LabelledPage page, IReadOnlyList<int[]> guesses)
    {
        var side = page.Size * Zoom;
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<svg width=\"{side}\" viewBox=\"0 0 {page.Size} {page.Size}\" xmlns=\"http://www.w3.org/2000/svg\"><image width=\"{page.Size}\" height=\"{page.Size}\" href=\"{DataUri.Jpeg(page.Rgb, page.Size, page.Size)}\"/>");
        var (glyphs, right) = (0, 0);
        for (var i = 0; i < page.Patches; i++)
        {
            var (initial, medial, final) = (guesses[(int)LabelKind.Initial][i], guesses[(int)LabelKind.Medial][i], guesses[(int)LabelKind.Final][i]);
            var isGlyph = page.Initial[i] is not DenseLabels.None and not DenseLabels.UnknownInitial;
            var good = initial == page.Initial[i] && (!isGlyph || (medial == page.Medial[i] && final == page.Final[i]));
            if (isGlyph)
                (glyphs, right) = (glyphs + 1, right + (good ? 1 : 0));
            var text = initial == 0 ? (isGlyph ? "·" : "") : DenseLabels.Decode(initial, medial, final).ToString();
            Append(html, page, i, text, good, 11, 0.5f);
            var seen = guesses[(int)LabelKind.Object][i];
            if (seen != 0 || page.ObjectClass[i] != 0)
                Append(html, page, i, seen == 0 ? "∅" : ObjectCatalogue.ById(seen).Korean, seen == page.ObjectClass[i], 5, 0.9f);
        }

        html.Append(CultureInfo.InvariantCulture, $"</svg><p class=\"note\">{right} of {glyphs} glyph patches right</p>");
        return html.ToString();
    }

    private static void Append(StringBuilder html, LabelledPage page, int patch, string text, bool good, int size, float height)
    {
        if (text.Length == 0)
            return;
        var x = ((patch % page.Side) + 0.5f) * page.Patch;
        var y = ((patch / page.Side) + height) * page.Patch;
        html.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"middle\" dominant-baseline=\"central\" fill=\"{(good ? "#0a8a3c" : "#e0241b")}\" stroke=\"#fff\" stroke-width=\"2\" paint-order=\"stroke\">{WebUtility.HtmlEncode(text)}</text>");
    }
}

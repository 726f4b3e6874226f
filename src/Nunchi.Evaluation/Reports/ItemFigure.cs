using System.Globalization;
using System.Net;
using System.Text;
using Nunchi.Data.Sheets;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Suites;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Evaluation.Reports;

/// <summary>One item on a page: its pictures with expected boxes green and given ones red, each question with what was answered and, where that is wrong, what was expected.</summary>
internal static class ItemFigure
{
    private const int LargestSide = 420;

    public static string Draw(string suite, EvaluationItem item, IReadOnlyList<GivenAnswer> answers, IReadOnlyList<Verdict> verdicts)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{suite} {item.Id}</p>");
        // Boxes refer to the last picture.
        for (int p = 0; p < item.Images.Count; p++)
            html.Append(Picture(item.Images[p], p == item.Images.Count - 1 ? item : null, answers));
        for (int turn = 0; turn < item.Questions.Count; turn++)
        {
            EvaluationQuestion question = item.Questions[turn];
            Verdict verdict = verdicts[turn];
            string asked = QuestionForm.Shown(question.Message);
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Escape(string.Join(" · ", verdict.Groups.Prepend(question.Truth.Question)))}</p><p class=\"ask\">{Escape(asked.Length > 0 ? asked : "(the picture alone)")}</p>")
                .Append(CultureInfo.InvariantCulture, $"<p class=\"{(verdict.Right ? "right" : "wrong")}\">{Escape(answers[turn].Error is { } error ? $"(no answer: {error})" : answers[turn].Raw)}</p>");
            if (!verdict.Right)
                html.Append(CultureInfo.InvariantCulture, $"<p>{Escape(question.Reference)}</p><p class=\"note\">{Escape(Scores(verdict))}</p>");
        }
        return html.ToString();
    }

    private static string Picture(RgbImage image, EvaluationItem? boxes, IReadOnlyList<GivenAnswer> answers) => BoxedPicture.Draw(image, LargestSide,
        new BoxLayer(BoxedPicture.Expected, boxes is null ? [] : [.. boxes.Questions.SelectMany(question => GroundingParser.Parse(question.Reference).Spans).SelectMany(span => span.Boxes)]),
        new BoxLayer(BoxedPicture.Given, boxes is null ? [] : [.. answers.SelectMany(answer => answer.Boxes)]));

    private static string Scores(Verdict verdict) => string.Join(", ", verdict.Scores.GroupBy(score => score.Metric).Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Sum(score => score.Part):0.##}/{metric.Sum(score => score.Whole):0.##}")));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}

using System.Globalization;
using System.Net;
using System.Text;
using Nunchi.Data.Sheets;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Runs;
using Nunchi.Evaluation.Suites;

namespace Nunchi.Evaluation.Reports;

/// <summary>
/// The page of a suite: its numbers, then items with their pictures, those with a wrong answer first. It keeps so many of each as a browser shows with ease
/// and tells how many there are beside them.
/// </summary>
internal sealed class SuitePage(Suite suite)
{
    private const int MostWrong = 150, MostRight = 50;

    private readonly List<(string Html, string Groups)> _wrong = [], _right = [];
    private int _wrongCount, _rightCount;

    public void Add(EvaluationItem item, IReadOnlyList<GivenAnswer> answers, IReadOnlyList<Verdict> verdicts)
    {
        bool right = verdicts.All(verdict => verdict.Right);
        List<(string, string)> figures = right ? _right : _wrong;
        if (right)
            _rightCount++;
        else
            _wrongCount++;
        if (figures.Count < (right ? MostRight : MostWrong))
            figures.Add((ItemFigure.Draw(suite.Name, item, answers, verdicts), string.Join('|', verdicts.SelectMany(verdict => verdict.Groups).Distinct())));
    }

    public string Write(RunManifest run, IReadOnlyList<Measure> measures)
    {
        var sheet = new SheetWriter($"{run.Model}: {suite.Name}", Introduction(run, measures));
        foreach ((List<(string Html, string Groups)> figures, string right) in new[] { (_wrong, "0"), (_right, "1") })
        {
            foreach ((string html, string groups) in figures)
                sheet.Add(html, $"data-right=\"{right}\" data-groups=\"|{WebUtility.HtmlEncode(groups)}|\"");
        }
        return sheet.Finish(Filter);
    }

    private string Introduction(RunManifest run, IReadOnlyList<Measure> measures)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Escape(run.Model)} ({run.Fingerprint}), {(run.Split == RunManifest.OwnPictures ? "pictures of one's own" : $"{run.Split} pictures of seed {run.Seed}")}; {_wrongCount + _rightCount} items, {_wrongCount} with a wrong answer.")
            .Append(CultureInfo.InvariantCulture, $" Shown: {_wrong.Count} of these and {_right.Count} of the {_rightCount} others. Boxes: expected <span style=\"color:{BoxedPicture.Expected}\">green</span>, given <span style=\"color:{BoxedPicture.Given}\">red</span>. In brackets: 95 % intervals.</p>");
        var table = new MeasureTable(suite.Headlines, measures);
        html.Append("<table><tr><th>group</th>").AppendJoin("", table.Metrics.Select(metric => $"<th>{Escape(metric)}</th>")).Append("</tr>");
        foreach (string group in table.Groups)
            html.Append("<tr><td>").Append(Escape(group)).Append("</td>").AppendJoin("", table.Metrics.Select(metric => $"<td>{Escape(table.Cell(group, metric))}</td>")).Append("</tr>");
        html.Append("</table><p><label>group <select id=\"group\"><option value=\"\">all</option>")
            .AppendJoin("", _wrong.Concat(_right).SelectMany(figure => figure.Groups.Split('|')).Distinct().Order(StringComparer.Ordinal).Select(group => $"<option>{Escape(group)}</option>"))
            .Append("</select></label> <label><input type=\"checkbox\" id=\"wrong\"> wrong answers only</label> <span id=\"shown\" class=\"note\"></span></p>");
        return html.ToString();
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private const string Filter = """
        <script>
        const group = document.getElementById('group'), wrong = document.getElementById('wrong'), cards = [...document.querySelectorAll('.card')];
        function show() {
          for (const card of cards)
            card.hidden = (wrong.checked && card.dataset.right === '1') || (group.value && !card.dataset.groups.includes('|' + group.value + '|'));
          document.getElementById('shown').textContent = cards.filter(card => !card.hidden).length + ' items';
        }
        group.onchange = wrong.onchange = show;
        show();
        </script>
        """;
}

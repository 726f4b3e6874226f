using Nunchi.Cli.Answers;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Reports;
using Nunchi.Evaluation.Runs;
using Nunchi.Text;
using Spectre.Console;

namespace Nunchi.Cli;

/// <summary>Shows what an evaluation measured.</summary>
internal static class EvalOutput
{
    private const int GroupWidth = 24, CellWidth = 30;

    /// <summary>Numbers are comparable only between machines that draw with the same fonts.</summary>
    public static void TellFonts(Shell shell, SceneAssets assets)
    {
        if (assets.Fonts.MissingPackages.Count > 0 || !assets.Painter.HasEmoji)
            shell.Note($"Some fonts{(assets.Painter.HasEmoji ? "" : " and the emoji")} are missing, so these are not the pictures of a machine that has all. {assets.Fonts.InstallHint}".TrimEnd());
    }

    public static void Report(StatusLine status, EvaluationProgress progress)
    {
        string left = progress.TimeLeft is { } time ? $" · {Quantities.Duration(time)} left" : "";
        status.Report($"{progress.Suite}: {progress.Done:N0} of {progress.Total:N0}{left}", (double)progress.Done / progress.Total);
    }

    public static void Write(Shell shell, bool json, EvaluationReport report)
    {
        if (json)
        {
            foreach (Measure measure in report.Measures)
                shell.Out.WriteLine(JsonDocuments.Write(MeasureDocument.Of(measure)));
        }
        else
        {
            foreach (IGrouping<string, Measure> suite in report.Measures.GroupBy(measure => measure.Suite))
                Tables.Write(shell, Table(shell, suite.Key, [.. suite]));
        }
        shell.Out.Flush();
        if (report.Stopped)
            shell.Note($"Stopped. Measured so far: {string.Join(", ", report.Suites.Select(suite => $"{suite.Suite} {suite.Done:N0} of {suite.Total:N0}"))}. The same command goes on from here.");
        if (report.Outdated > 0)
            shell.Note($"{report.Outdated:N0} answers were to pictures or questions that this version makes otherwise; they were asked anew.");
        if (report.Failures.Count > 0)
            shell.Note($"{report.Failures.Count:N0} questions could not be asked and count as wrong: {report.Failures.Reason}");
        string pages = string.Join(", ", report.Suites.Where(suite => suite.Done > 0).Select(suite => $"{suite.Suite}.html"));
        shell.Note($"{report.Directory}: answers.jsonl, results.jsonl{(pages.Length > 0 ? ", " + pages : "")}");
    }

    public static int Compare(Shell shell, bool json, string first, string second, IReadOnlyList<string> suites)
    {
        RunComparison comparison = RunComparison.Of(first, second, suites);
        if (json)
        {
            foreach (MeasuredDifference difference in comparison.Differences)
                shell.Out.WriteLine(JsonDocuments.Write(DifferenceDocument.Of(difference)));
            return ExitCode.Success;
        }
        foreach (IGrouping<string, MeasuredDifference> suite in comparison.Differences.GroupBy(difference => difference.Suite))
        {
            var table = new Table().Border(TableBorder.Rounded).Title(suite.Key);
            table.AddColumns("metric", "group", Markup.Escape(comparison.First), Markup.Escape(comparison.Second), "difference", "n", "");
            foreach (int column in (int[])[2, 3, 4, 5])
                table.Columns[column].RightAligned();
            foreach (MeasuredDifference d in suite)
            {
                table.AddRow(Markup.Escape(d.Metric), Markup.Escape(d.Group), $"{100 * d.First:0.0} %", $"{100 * d.Second:0.0} %",
                    Markup.Escape($"{100 * d.Difference.Value:+0.0;-0.0;0.0} [{100 * d.Difference.Low:+0.0;-0.0;0.0}, {100 * d.Difference.High:+0.0;-0.0;0.0}]"), $"{d.Difference.Count:N0}",
                    !d.IsCertain ? "" : d.IsBetter ? "[green]better[/]" : "[red]worse[/]");
            }
            Tables.Write(shell, table);
        }
        shell.Out.Flush();
        if (comparison.Unpaired > 0)
            shell.Note($"{comparison.Unpaired:N0} items are in one of the two only and are left out.");
        return ExitCode.Success;
    }

    /// <summary>A row a group and a column a metric; where the terminal is too narrow for that, a row a number.</summary>
    private static Table Table(Shell shell, string suite, IReadOnlyList<Measure> measures)
    {
        var cells = new MeasureTable(suite, measures);
        var table = new Table().Border(TableBorder.Rounded).Title(suite);
        if (shell.OutTerminal.IsTerminal && GroupWidth + (CellWidth * cells.Metrics.Count) > shell.OutTerminal.Width)
        {
            table.AddColumns("metric", "group");
            table.AddColumn(new TableColumn("").RightAligned());
            foreach ((string metric, string group) in cells.Metrics.SelectMany(metric => cells.Groups.Select(group => (metric, group))).Where(row => cells.Cell(row.group, row.metric).Length > 0))
                table.AddRow(Markup.Escape(metric), Markup.Escape(group), Markup.Escape(cells.Cell(group, metric)));
            return table;
        }
        table.AddColumn("group");
        foreach (string metric in cells.Metrics)
            table.AddColumn(new TableColumn(Markup.Escape(metric)).RightAligned());
        foreach (string group in cells.Groups)
            table.AddRow([Markup.Escape(group), .. cells.Metrics.Select(metric => Markup.Escape(cells.Cell(group, metric)))]);
        return table;
    }
}

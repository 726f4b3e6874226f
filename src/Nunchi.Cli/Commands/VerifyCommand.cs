using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Generation.Verification;
using Spectre.Console;

namespace Nunchi.Cli;

/// <summary><c>nunchi verify CHECKPOINT CASES_DIR</c>: compares a checkpoint with the outputs of a reference implementation; exit code 1 when one is outside of the tolerance.</summary>
internal static class VerifyCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("verify", "Compare a checkpoint with reference outputs: prompts, ids, pixels, features, logits, greedy tokens.");
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "a checkpoint directory, or ORG/NAME[@REVISION] on the hub" };
        var cases = new Argument<string>("CASES_DIR") { Description = "a directory with cases.json and a safetensors file for each case" };
        var images = new Option<string?>("--images") { Description = "Where the cases' pictures are (default: images in or beside CASES_DIR).", HelpName = "DIR" };
        Option<double?> tolerance = NumberOption.Create<double>("--tolerance", "How far features and logits may be off, absolutely and as a share of the value (default 0.0002).", 0, 10);
        Option<int?> threads = NumberOption.Create<int>("--threads", "Worker threads (default: one a processor).", 1, 256);
        command.Arguments.Add(checkpoint);
        command.Arguments.Add(cases);
        foreach (Option option in (Option[])[images, tolerance, threads])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            bool json = parsed.GetValue(GlobalOptions.Json);
            var defaults = new VerificationOptions();
            string directory = ModelOptions.Find(own, parsed.GetRequiredValue(checkpoint), ".safetensors");
            using Interrupts.Scope scope = own.Interrupts.Enter();
            IReadOnlyList<CaseResult> results;
            using (var status = new StatusLine(own, "verifying"))
            {
                results = CheckpointVerifier.Run(directory, parsed.GetRequiredValue(cases), defaults with
                {
                    Threads = parsed.GetValue(threads) ?? defaults.Threads,
                    ImagesDirectory = parsed.GetValue(images),
                    AbsoluteTolerance = parsed.GetValue(tolerance) ?? defaults.AbsoluteTolerance,
                    RelativeTolerance = parsed.GetValue(tolerance) ?? defaults.RelativeTolerance,
                    Checked = result =>
                    {
                        status.Report($"verified {result.Name}");
                        if (json)
                            own.Out.WriteLine(JsonDocuments.Write(CaseDocument.Of(result)));
                    },
                }, scope.Token);
            }
            if (results.Count == 0)
                throw new InvalidDataException($"{parsed.GetRequiredValue(cases)}: cases.json names no case; nothing was compared.");
            if (!json)
                Write(own, results);
            return results.All(result => result.Passed) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static void Write(Shell shell, IReadOnlyList<CaseResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("case", "compared", "values", "largest difference", "of tolerance", "");
        foreach (int column in (int[])[2, 3, 4])
            table.Columns[column].RightAligned();
        foreach (CaseResult result in results)
        {
            foreach (Comparison comparison in result.Comparisons)
            {
                table.AddRow(Markup.Escape(result.Name), comparison.Name, $"{comparison.Compared:N0}", $"{comparison.LargestDifference:G3}",
                    double.IsFinite(comparison.OfTolerance) ? $"{comparison.OfTolerance:P0}" : "-", comparison.Passed ? "[green]ok[/]" : "[red]off[/]");
            }
        }
        Tables.Write(shell, table);
        foreach (CaseResult result in results)
        {
            foreach (Comparison comparison in result.Comparisons.Where(comparison => !comparison.Passed))
                shell.Out.WriteLine($"{result.Name}, {comparison.Name}: {comparison.Detail}");
            if (result.Note is not null)
                shell.Note($"{result.Name}: {result.Note}");
        }
        shell.Out.WriteLine($"{results.Count(result => result.Passed)} of {results.Count} cases within the tolerance");
    }
}

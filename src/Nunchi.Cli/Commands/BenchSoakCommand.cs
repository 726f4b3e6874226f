using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Generation.Soaking;

namespace Nunchi.Cli;

/// <summary><c>nunchi bench soak</c>: random conversations at once against the plain path; fails on a wrong answer or growing memory.</summary>
internal static class BenchSoakCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("soak", "Ask random questions in several conversations at once, cancel some, and compare every answer with plain decoding; memory must stay. Exit code 1 otherwise.");
        var model = new ModelOptions();
        Option<double?> minutes = NumberOption.Create<double>("--minutes", "How long (default 1).", 0.001, 10_000);
        Option<int?> conversations = NumberOption.Create<int>("--conversations", "Conversations at once (default 4).", 1, 64);
        Option<int?> seed = NumberOption.Create<int>("--seed", "The same seed gives the same conversations (default 0).", 0);
        foreach (Option option in (Option[])[minutes, conversations, seed])
            command.Options.Add(option);
        model.AddTo(command);
        command.SetAction(async parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            var options = new SoakOptions
            {
                Duration = TimeSpan.FromMinutes(parsed.GetValue(minutes) ?? 1),
                Conversations = parsed.GetValue(conversations) ?? 4,
                Seed = parsed.GetValue(seed) ?? 0,
            };
            (SoakReport report, bool interrupted) = await Run(own, ModelOptions.Find(own, parsed.GetValue(model.Model)), model.Engine(own, parsed), options).ConfigureAwait(false);
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(SoakDocument.Of(report)));
            else
                Write(own, report);
            return !report.Passed ? ExitCode.Failure : interrupted ? ExitCode.Interrupted : ExitCode.Success;
        });
        return command;
    }

    private static async Task<(SoakReport Report, bool Interrupted)> Run(Shell shell, string directory, Generation.EngineOptions engine, SoakOptions options)
    {
        using Interrupts.Scope scope = shell.Interrupts.Enter();
        using var status = new StatusLine(shell, "soaking");
        return (await Soak.RunAsync(directory, engine, options, new Reporter(status), scope.Token).ConfigureAwait(false), scope.Token.IsCancellationRequested);
    }

    private static void Write(Shell shell, SoakReport report)
    {
        shell.Out.WriteLine($"{report.Answers} answers and {report.Cancelled} cancelled ones in {report.Duration.TotalSeconds:0} s, {report.Tokens} tokens");
        shell.Out.WriteLine($"{report.Drafted} tokens guessed, {report.Accepted} rightly; {report.Cached} tokens of prompts found; {report.Together:0.0} conversations a pass");
        shell.Out.WriteLine(report.BytesBefore == 0 ? "too short to tell whether memory stays" : $"memory {report.BytesBefore / 1e6:0} MB, at the end {report.BytesAfter / 1e6:0} MB{(report.Grew ? ": it grew" : "")}");
        shell.Out.WriteLine(report.Wrong == 0 ? "no wrong answer" : $"{report.Wrong} wrong answers");
        foreach (string fault in report.Faults)
            shell.Out.WriteLine($"  {fault}");
    }

    private sealed class Reporter(StatusLine status) : IProgress<string>
    {
        public void Report(string value) => status.Report(value);
    }
}

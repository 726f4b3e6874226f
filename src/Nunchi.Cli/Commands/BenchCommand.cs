using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Tensors.Machine;
using Spectre.Console;

namespace Nunchi.Cli;

/// <summary><c>nunchi bench</c>: <c>machine</c> tells what this machine can do at most, <c>model</c> what a model does on it, <c>soak</c> whether answers and memory stay right.</summary>
internal static class BenchCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("bench", "Measure speeds, and make what they are measured on.");
        command.Subcommands.Add(Machine(shell));
        command.Subcommands.Add(BenchModelCommand.Create(shell));
        command.Subcommands.Add(BenchSoakCommand.Create(shell));
        command.Subcommands.Add(BenchMakeCheckpointCommand.Create(shell));
        return command;
    }

    private static Command Machine(Shell shell)
    {
        var command = new Command("machine", "Measure the machine's own limits: multiply-add peaks, read bandwidth, waking of threads. Speeds are told as shares of these.");
        Option<int?> threads = NumberOption.Create<int>("--threads", "Most threads (default: one a processor); one thread is measured too.", 1, 256);
        Option<double?> seconds = NumberOption.Create<double>("--seconds", "Time for each quantity (default 0.3).", 0.01, 60);
        command.Options.Add(threads);
        command.Options.Add(seconds);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            var defaults = new MachineOptions();
            var options = new MachineOptions
            {
                Threads = parsed.GetValue(threads) ?? defaults.Threads,
                SecondsEach = parsed.GetValue(seconds) ?? defaults.SecondsEach,
            };
            MachineReport report = Measure(own, options);
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(MachineDocument.Of(report)));
            else
                Write(own, report);
            return ExitCode.Success;
        });
        return command;
    }

    private static MachineReport Measure(Shell shell, MachineOptions options)
    {
        using var status = new StatusLine(shell, "measuring");
        return MachineLimits.Measure(options, new Reporter(status));
    }

    private static void Write(Shell shell, MachineReport report)
    {
        shell.Out.WriteLine($"{report.Processor}, {report.Processors} usable processors, kernels {report.Kernels}");
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("quantity", "instructions", "threads", "value", "unit");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        foreach (MachineLimit limit in report.Limits)
            table.AddRow(limit.Quantity, limit.Instructions, $"{limit.Threads}", $"{limit.Value:0.00}", limit.Unit);
        Tables.Write(shell, table);
    }

    private sealed class Reporter(StatusLine status) : IProgress<string>
    {
        public void Report(string value) => status.Report($"measuring {value}");
    }
}

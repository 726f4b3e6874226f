using System.CommandLine;
using Nunchi.Cli.Answers;
using Nunchi.Checkpoints;
using Nunchi.Generation.Measurement;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Spectre.Console;

namespace Nunchi.Cli;

/// <summary><c>nunchi bench model</c>: how fast a model's shape runs here, with random weights.</summary>
internal static class BenchModelCommand
{
    public static Command Create(Shell shell)
    {
        var command = new Command("model", "Measure how fast a model runs here: encoding a picture, prompts, decoding, first tokens. The weights are random, so no model is needed.");
        var shape = new Option<string>("--shape") { Description = $"{ModelShapes.Names} (default varco-vision-2.0-1.7b)", HelpName = "NAME", DefaultValueFactory = _ => "varco-vision-2.0-1.7b" };
        var weights = new Option<string>("--weights") { Description = $"How matrices are kept: {WeightChoice.Forms} (default int4)", HelpName = "FORMAT", DefaultValueFactory = _ => "int4" };
        var works = new Option<string?>("--work") { Description = "Only some works: encode, prefill, decode, draft, together, picture; separated by commas", HelpName = "LIST" };
        var prompts = new Option<string?>("--prompts") { Description = "Lengths of prompts, separated by commas (default 128,512,2048)", HelpName = "LIST" };
        var contexts = new Option<string?>("--contexts") { Description = "Tokens before a decoded one, separated by commas (default 0,512,4096)", HelpName = "LIST" };
        var kernels = new Option<string>("--kernels") { Description = "Vector instructions: auto, avx512, avx2, portable", HelpName = "NAME", DefaultValueFactory = _ => "auto" };
        kernels.AcceptOnlyFromAmong("auto", "avx512", "avx2", "portable");
        Option<int?> threads = NumberOption.Create<int>("--threads", "Worker threads (default: one a processor).", 1, 256);
        Option<double?> seconds = NumberOption.Create<double>("--seconds", "Time for each measurement (default 2); three repetitions at least.", 0.01, 600);
        foreach (Option option in (ReadOnlySpan<Option>)[shape, weights, works, prompts, contexts, kernels, threads, seconds])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            var defaults = new ModelBenchmarkOptions { Shape = "" };
            var options = new ModelBenchmarkOptions
            {
                Shape = Known("--shape", parsed.GetValue(shape)!, name => ModelShapes.Find(name) is null ? "" : name),
                Weights = Known("--weights", parsed.GetValue(weights)!, WeightChoice.Parse),
                Works = parsed.GetValue(works)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
                Prompts = Numbers("--prompts", parsed.GetValue(prompts), 1) ?? defaults.Prompts,
                Contexts = Numbers("--contexts", parsed.GetValue(contexts), 0) ?? defaults.Contexts,
                Kernels = Enum.Parse<CpuKernels>(parsed.GetValue(kernels)!, ignoreCase: true),
                Threads = parsed.GetValue(threads) ?? 0,
                SecondsEach = parsed.GetValue(seconds) ?? defaults.SecondsEach,
            };
            ModelMeasurements measured = Measure(own, options);
            if (parsed.GetValue(GlobalOptions.Json))
            {
                foreach (ModelMeasurement result in measured.Results)
                    own.Out.WriteLine(JsonDocuments.Write(MeasurementDocument.Of(result, measured)));
            }
            else
            {
                Write(own, options, measured);
            }
            return ExitCode.Success;
        });
        return command;
    }

    private static ModelMeasurements Measure(Shell shell, ModelBenchmarkOptions options)
    {
        using var status = new StatusLine(shell, "measuring");
        return ModelBenchmark.Run(options, new Reporter(status));
    }

    private static void Write(Shell shell, ModelBenchmarkOptions options, ModelMeasurements measured)
    {
        shell.Out.WriteLine($"{options.Shape} with {options.Weights.Name} weights, {measured.Kernels}");
        shell.Out.WriteLine($"weights {measured.WeightBytes / 1e9:0.000} GB, a decoded token reads {measured.TokenBytes / 1e9:0.000} GB, resident at most {measured.ResidentBytes / 1e9:0.00} GB");
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("work", "threads", "tokens", "context", "time", "spread", "tokens/s", "rate", "limit", "share");
        for (int column = 1; column < 10; column++)
            table.Columns[column].RightAligned();
        foreach (ModelMeasurement result in measured.Results)
        {
            table.AddRow(result.Work, $"{result.Threads}", $"{result.Tokens}", $"{result.Context}", Time(result.Seconds), $"{result.Spread * 100:0.0} %", $"{result.TokensPerSecond:0.0}",
                $"{result.Rate:0.0} {result.Unit}", $"{result.Limit:0.0}", $"{result.Share:0.00}");
        }
        Tables.Write(shell, table);
    }

    private static string Time(double seconds) => seconds >= 1 ? $"{seconds:0.00} s" : $"{seconds * 1000:0.00} ms";

    private static T Known<T>(string option, string value, Func<string, T> parse)
    {
        try
        {
            return parse(value);
        }
        catch (ArgumentException failure)
        {
            throw new UsageException($"{option}: {failure.Message.Split(" (Parameter", 2)[0]}");
        }
    }

    private static int[]? Numbers(string option, string? list, int least)
    {
        if (list == null)
            return null;
        int[] numbers = [.. list.Split(',').Select(text => int.TryParse(text, out int number) && number >= least
            ? number
            : throw new UsageException($"{option} is '{list}'; whole numbers of {least} or more, separated by commas, are expected."))];
        return numbers;
    }

    private sealed class Reporter(StatusLine status) : IProgress<string>
    {
        public void Report(string value) => status.Report($"measuring {value}");
    }
}

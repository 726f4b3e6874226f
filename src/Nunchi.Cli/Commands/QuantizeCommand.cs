using System.CommandLine;
using Nunchi.Checkpoints;
using Nunchi.Cli.Answers;
using Nunchi.Data.Scenes;
using Nunchi.Evaluation.Suites;
using Nunchi.Generation.Measurement;
using Nunchi.Models;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Text;

namespace Nunchi.Cli;

/// <summary><c>nunchi quantize MODEL OUT</c>: packs a checkpoint's weights once; <c>--report</c> compares the result with float32.</summary>
internal static class QuantizeCommand
{
    private const int UsualQuestions = 70;
    private const int MostTokens = 128;

    // Questions to calibrate on are of the training split, and of a series that nothing else draws.
    private const ulong CalibrationSeed = 77;

    private static readonly string[] Texts =
    [
        "사진 속 간판에는 무엇이라고 쓰여 있나요? 한글과 숫자를 모두 읽어 주세요.",
        "그림 왼쪽에 빨간 자동차가 있고 오른쪽에는 파란 자전거가 있습니다.",
        "The sign on the left says open from 9:00 to 18:30, closed on Sundays.",
        "Describe the picture in one sentence, then name every object in it.",
    ];

    public static Command Create(Shell shell)
    {
        var command = new Command("quantize", "Pack a checkpoint's weights once, so that it loads at once and takes less memory.");
        var model = new Argument<string>("MODEL") { Description = "a checkpoint directory" };
        var output = new Argument<string?>("OUT") { Description = "the directory to write; left out with --report to compare only", Arity = ArgumentArity.ZeroOrOne };
        var weights = new Option<string>("--weights") { Description = $"{WeightChoice.Forms} (default int4)", HelpName = "FORMAT", DefaultValueFactory = _ => "int4" };
        Option<int?> calibrate = NumberOption.Create<int>("--calibrate", "Round the 4-bit matrices so that their errors make up for each other, on the model's own answers to that many questions about drawn pictures (0: none, the default; 100 are plenty). The model is loaded in float32.", 0, 100_000);
        var report = new Option<bool>("--report") { Description = "Compare with float32, along texts and along answers about drawn pictures: Kullback-Leibler divergence and how often the likeliest token is the same." };
        var prompts = new Option<string?>("--prompts") { Description = "A text file to compare on, one text a line (default: four Korean and English sentences).", HelpName = "FILE" };
        Option<int?> questions = NumberOption.Create<int>("--questions", "Questions about drawn pictures to compare along float32's answers (default 70; 0 for none).", 0, 100_000);
        Option<int?> threads = NumberOption.Create<int>("--threads", "Worker threads (default: one a processor).", 1, 256);
        command.Arguments.Add(model);
        command.Arguments.Add(output);
        foreach (Option option in (ReadOnlySpan<Option>)[weights, calibrate, report, prompts, questions, threads])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            Shell own = GlobalOptions.Apply(shell, parsed);
            string from = ModelOptions.Find(own, parsed.GetValue(model)), format = parsed.GetValue(weights)!;
            string? to = parsed.GetValue(output);
            if (to == null && !parsed.GetValue(report))
                throw new UsageException("'nunchi quantize' needs OUT, the directory to write, or --report to compare only.");
            Comparison? comparison = parsed.GetValue(report) ? new Comparison(ReadTexts(parsed.GetValue(prompts)), parsed.GetValue(questions) ?? UsualQuestions) : null;
            WeightChoice choice = ParseWeights(format);
            int calibration = parsed.GetValue(calibrate) ?? 0;
            if (calibration > 0 && choice.Weights != WeightFormat.Int4)
                throw new UsageException($"--calibrate rounds matrices in 4 bits, and {choice.Name} has none; choose int4 or int4+int6, or leave it out.");
            using Interrupts.Scope scope = own.Interrupts.Enter();
            QuantizedDocument document = Quantize(own, from, to, choice, calibration, comparison, parsed.GetValue(threads) ?? 0, scope.Token);
            if (parsed.GetValue(GlobalOptions.Json))
                own.Out.WriteLine(JsonDocuments.Write(document));
            else
                Write(own, document);
            return ExitCode.Success;
        });
        return command;
    }

    private static QuantizedDocument Quantize(Shell shell, string from, string? to, WeightChoice format, int calibration, Comparison? comparison, int threads, CancellationToken cancellation)
    {
        using var status = new StatusLine(shell, "packing");
        using CpuBackend backend = CpuBackend.Create(new CpuOptions { Threads = threads });
        using VisionLanguageModel model = CheckpointReader.Load(from, backend, calibration > 0 ? WeightFormat.Float32 : format);
        long calibrated = calibration > 0 ? Calibrate(shell, model, from, format, calibration, status, cancellation) : 0;
        if (to != null)
        {
            using NewDirectory directory = NewDirectory.Begin(to);
            PackedCheckpointWriter.Write(from, directory.Path, model, format);
            directory.Commit();
        }
        AgreementDocument? agreement = null, answers = null;
        if (comparison != null)
        {
            status.Report("comparing with float32");
            using CpuBackend plainBackend = CpuBackend.Create(new CpuOptions { Threads = threads });
            using VisionLanguageModel plain = CheckpointReader.Load(from, plainBackend, WeightFormat.Float32);
            agreement = AgreementDocument.Of(Agreement.Of(plain, model, Tokenizer.Load(from), comparison.Texts));
            if (comparison.Questions > 0)
            {
                // As when answering: the rounded model's encoder rounds in its attention too.
                WeightPlan.RoundAlike(backend, model.Decoder);
                SceneAssets assets = shell.FindAssets();
                EvalOutput.TellFonts(shell, assets);
                answers = AgreementDocument.Of(Agreement.OfAnswers(
                    plain, model, from, SuiteQuestions.First(assets, comparison.Questions, pictures: shell.Pictures), MostTokens,
                    done => status.Report($"comparing along answers: {done} of {comparison.Questions}", (double)done / comparison.Questions), cancellation));
            }
        }
        return new QuantizedDocument(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(from)), to == null ? null : Path.GetFullPath(to), format.Name,
            model.Parameters.All.Sum(parameter => parameter.Tensor.Bytes), model.Parameters.Count() * sizeof(float), calibration > 0 ? new CalibrationDocument(calibration, calibrated) : null, agreement, answers);
    }

    private static long Calibrate(Shell shell, VisionLanguageModel model, string from, WeightChoice format, int questions, StatusLine status, CancellationToken cancellation)
    {
        long needed = Calibration.Bytes(model, format), available = Math.Max(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - (model.Parameters.Count() * sizeof(float)));
        if (needed > available)
            throw new InsufficientMemoryException($"Calibrating {from} takes {needed / 1e9:0.0} GB beside the weights, and {available / 1e9:0.0} GB are left; leave --calibrate out, or do it on a machine with more memory and copy the directory.");
        SceneAssets assets = shell.FindAssets();
        EvalOutput.TellFonts(shell, assets);
        return Calibration.Pack(
            model, format, from, SuiteQuestions.First(assets, questions, CalibrationSeed, SceneSplit.Training, shell.Pictures), MostTokens,
            progress => status.Report(
                progress.Packed == 0 ? $"calibrating: {progress.Conversations} of {questions} questions" : $"packing: {progress.Packed} of {progress.Matrices} matrices",
                progress.Packed == 0 ? (double)progress.Conversations / questions : (double)progress.Packed / progress.Matrices),
            cancellation);
    }

    private static WeightChoice ParseWeights(string name)
    {
        WeightChoice choice = ModelOptions.ParseWeights("--weights", name);
        return choice != WeightFormat.Float32 ? choice : throw new UsageException($"--weights is '{name}', which packs nothing; choose bf16, int8, int6 or int4.");
    }

    private static string[] ReadTexts(string? path)
    {
        if (path == null)
            return Texts;
        string[] texts = [.. File.ReadLines(path).Where(line => line.Length > 0)];
        return texts.Length > 0 ? texts : throw new InvalidDataException($"{path} holds no text; one a line is expected.");
    }

    private static void Write(Shell shell, QuantizedDocument document)
    {
        if (document.Directory != null)
            shell.Out.WriteLine($"wrote {document.Directory}");
        shell.Out.WriteLine($"{document.Format} weights take {document.Bytes / 1e6:0.0} MB, float32 {document.BytesFloat32 / 1e6:0.0} MB");
        if (document.Calibration is { } calibration)
            shell.Out.WriteLine($"calibrated on {calibration.Questions:N0} answers, {calibration.Tokens:N0} tokens with their prompts");
        Write(shell, document.Agreement, "texts");
        Write(shell, document.Answers, "answers about drawn pictures");
    }

    private static void Write(Shell shell, AgreementDocument? agreement, string place)
    {
        if (agreement != null)
            shell.Out.WriteLine($"against float32 over {agreement.Tokens} tokens of {place}: divergence {agreement.Divergence:0.00000} nats (largest {agreement.LargestDivergence:0.00000}), same likeliest token {agreement.Top1 * 100:0.00} %");
    }

    private sealed record Comparison(string[] Texts, int Questions);
}

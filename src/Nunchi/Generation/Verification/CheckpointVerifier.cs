using Nunchi.Checkpoints;
using Nunchi.Grounding;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Safetensors;
using Nunchi.Text;

namespace Nunchi.Generation.Verification;

/// <summary>
/// Compares a checkpoint, on the whole way from messages to tokens, with what a reference implementation made of the same conversations:
/// <c>cases.json</c> and one safetensors file a case.
/// </summary>
public sealed class CheckpointVerifier : IDisposable
{
    private const string RoundedRotary =
        "the reference's rotary frequencies are rounded to bfloat16 (its model was cast as a whole); with frequencies rounded alike the numbers agree, with float32 ones they would not";

    private readonly string _casesDirectory;
    private readonly VerificationOptions _options;
    private const int TokensAtOnce = 2304;
    private readonly ComputeBackend _backend;
    private readonly VisionLanguageModel _model;
    private readonly PromptBuilder _prompts;
    private readonly ImageProcessor _processor;
    private readonly Tape _tape;
    private readonly GenerationConfig _generation;

    private CheckpointVerifier(string checkpoint, string casesDirectory, VerificationOptions options)
    {
        _casesDirectory = casesDirectory;
        _options = options;
        VisionLanguageConfig config = ConfigReader.Load(checkpoint);
        _prompts = PromptBuilder.Load(checkpoint);
        _processor = CheckpointImages.Load(checkpoint, config);
        _generation = GenerationConfig.Load(checkpoint, config.Text);
        _backend = CpuBackend.Create(new CpuOptions { Threads = options.Threads, Kernels = options.Kernels });
        try
        {
            _model = CheckpointReader.Load(checkpoint, _backend);
        }
        catch
        {
            _backend.Dispose();
            throw;
        }
        _tape = new Tape(_backend);
    }

    /// <summary>Compares every case.</summary>
    /// <param name="checkpointDirectory">A checkpoint directory.</param>
    /// <param name="casesDirectory">A directory with <c>cases.json</c>.</param>
    /// <param name="options">Tolerances and how to run; null takes the defaults.</param>
    /// <param name="cancellation">Asked before each case.</param>
    /// <exception cref="FileNotFoundException">A directory, file or picture is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or the checkpoint's family is not known.</exception>
    public static IReadOnlyList<CaseResult> Run(string checkpointDirectory, string casesDirectory, VerificationOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new VerificationOptions();
        using var verifier = new CheckpointVerifier(checkpointDirectory, casesDirectory, options);
        var results = new List<CaseResult>();
        foreach (ReferenceCase item in ReferenceCase.Load(casesDirectory, options.ImagesDirectory))
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(verifier.Check(item));
            options.Checked?.Invoke(results[^1]);
        }
        return results;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _tape.Dispose();
        _model.Dispose();
        _backend.Dispose();
    }

    private CaseResult Check(ReferenceCase item)
    {
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(_casesDirectory, item.Name + ".safetensors"));
        ProcessedImages? pictures = item.Images.Count == 0 ? null : _processor.Process(item.Images, item.Tiling);
        Prompt prompt = _prompts.Build(item.Messages, new PromptOptions { UserMarkup = GroundingMarkup.All });
        int[] ids = Expand(prompt, pictures), reference = [.. expected.ReadIntegers("input_ids").Select(id => (int)id)];
        var results = new List<Comparison> { Measure.Text("prompt", item.Prompt, prompt.Text), Measure.Ids("ids", reference, ids) };
        if (pictures != null && expected.Find("image_sizes") != null)
            results.Add(PixelCheck.Compare(expected, pictures, _options.PixelTolerance));
        try
        {
            using ImageFeatures? features = pictures == null ? null : ImageFeatures.Encode(_model, _tape, pictures, Math.Max(1, TokensAtOnce / _model.Config.Vision.Tokens));
            Tensor? rows = features?.Rows;
            if (rows != null && expected.Find("image_feature_rows") != null)
                results.Add(CompareFeatures(expected, rows));
            // What follows is compared from the reference's own ids, so that one fault is told once.
            List<Comparison> decoder = CompareDecoder(item, expected, reference, rows);
            string? note = null;
            if (!decoder.All(comparison => comparison.Passed) && CompareRounded(item, expected, reference, rows) is { } rounded)
                (decoder, note) = (rounded, RoundedRotary);
            return new CaseResult(item.Name, [.. results, .. decoder], note);
        }
        catch (ArgumentException failure)
        {
            results.Add(new Comparison("logits", 0, double.NaN, double.PositiveInfinity, failure.Message));
            return new CaseResult(item.Name, results);
        }
    }

    private static int[] Expand(Prompt prompt, ProcessedImages? pictures)
    {
        var ids = new List<int>();
        int picture = 0;
        for (int i = 0; i < prompt.Ids.Count; i++)
        {
            bool isImage = picture < prompt.ImagePositions.Count && prompt.ImagePositions[picture] == i;
            ids.AddRange(Enumerable.Repeat(prompt.Ids[i], isImage ? pictures!.Images[picture++].TokenCount : 1));
        }
        return [.. ids];
    }

    private Comparison CompareFeatures(SafetensorsFile expected, Tensor rows)
    {
        float[] head = expected.ReadSingles("image_features_head"), tail = expected.ReadSingles("image_features_tail");
        int end = (int)Math.Min(expected.ReadIntegers("image_feature_rows")[0] * rows.Columns, rows.Count);
        return Measure.Worst("features",
        [
            Measure.Values("first rows", head, rows.Span[..Math.Min(head.Length, end)], _options.AbsoluteTolerance, _options.RelativeTolerance),
            Measure.Values("last rows", tail, rows.Span[Math.Max(0, end - tail.Length)..end], _options.AbsoluteTolerance, _options.RelativeTolerance),
        ]);
    }

    private List<Comparison> CompareDecoder(ReferenceCase item, SafetensorsFile expected, int[] ids, Tensor? rows)
    {
        float[] reference = expected.ReadSingles("logits_last8");
        int vocabulary = _model.Config.Text.VocabularySize, last = Math.Min(reference.Length / vocabulary, ids.Length);
        using var generator = new Generator(_model, _tape);
        ReadOnlySpan<int> before = ids.AsSpan(0, ids.Length - last);
        if (before.Length > 0)
            generator.Prefill(before, rows);
        float[] logits = generator.PrefillAll(ids.AsSpan(ids.Length - last), rows, before.Count(_model.Config.ImageTokenId));
        var results = new List<Comparison> { Measure.Values("logits", reference, logits, _options.AbsoluteTolerance, _options.RelativeTolerance) };

        var greedy = new List<int>();
        ReadOnlySpan<float> next = logits.AsSpan(logits.Length - vocabulary);
        var sampler = new Sampler(_generation.Complete(new Chat.GenerationOptions()), vocabulary, ids);
        while (true)
        {
            greedy.Add(sampler.Next(next));
            if (greedy.Count >= item.GreedyIds.Length || _generation.EosTokenIds.Contains(greedy[^1]))
                break;
            next = generator.Step(greedy[^1]);
        }
        results.Add(Measure.Ids("greedy", item.GreedyIds, [.. greedy]));
        return results;
    }

    private List<Comparison>? CompareRounded(ReferenceCase item, SafetensorsFile expected, int[] ids, Tensor? rows)
    {
        _model.Decoder.RoundsRotaryFrequencies = true;
        List<Comparison> decoder = CompareDecoder(item, expected, ids, rows);
        _model.Decoder.RoundsRotaryFrequencies = false;
        return decoder.All(comparison => comparison.Passed) ? decoder : null;
    }
}

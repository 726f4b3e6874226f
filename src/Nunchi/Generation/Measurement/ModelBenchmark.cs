using System.Diagnostics;
using Nunchi.Checkpoints;
using Nunchi.Generation.Scheduling;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Machine;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Generation.Measurement;

/// <summary>Measures a model's shape with random weights: encoding a picture, taking in prompts, decoding, and the first token after a picture and after a second question about it.</summary>
public sealed class ModelBenchmark : IDisposable
{
    private const int Question = 30, Guess = 8, Conversations = 8, ConversationContext = 128, LeastRepetitions = 3, MostRepetitions = 1000;
    private readonly ModelBenchmarkOptions _options;
    private readonly CacheFormat _cache;
    private readonly CpuBackend _backend;
    private readonly VisionLanguageModel _model;
    private readonly Tape _tape;
    private readonly List<ModelMeasurement> _results = [];
    private readonly double _arithmetic;
    private readonly double _bandwidth;

    private ModelBenchmark(ModelBenchmarkOptions options, IProgress<string>? progress)
    {
        _options = options;
        _cache = options.Cache ?? CacheFormats.Beside(options.Weights.Weights);
        _backend = CpuBackend.Create(new CpuOptions { Threads = options.Threads, Kernels = options.Kernels });
        // Before there are weights: the memory that it takes does not count as the model's.
        progress?.Report("the machine's limits");
        _arithmetic = MachineLimits.MeasureFloat32Peak(_backend.Threads);
        _bandwidth = MachineLimits.MeasureReadBandwidth(_backend.Threads);
        progress?.Report("weights (making them)");
        _model = new VisionLanguageModel(_backend, ModelShapes.Find(options.Shape));
        RandomWeights.Fill(_model, options.Weights);
        WeightPlan.RoundAlike(_backend, _model.Decoder);
        _tape = new Tape(_backend);
    }

    /// <summary>Measures.</summary>
    /// <param name="options">What.</param>
    /// <param name="progress">Told what is being measured.</param>
    /// <exception cref="ArgumentException">The shape is not known, or a work is none.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit this machine's memory.</exception>
    public static ModelMeasurements Run(ModelBenchmarkOptions options, IProgress<string>? progress = null)
    {
        foreach (string work in options.Works)
        {
            if (work is not ("encode" or "prefill" or "decode" or "draft" or "together" or "picture"))
                throw new ArgumentException($"\"{work}\" is no work to measure; expected encode, prefill, decode, draft, together or picture.", nameof(options));
        }
        using var benchmark = new ModelBenchmark(options, progress);
        return benchmark.Measure(progress);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _tape.Dispose();
        _model.Dispose();
        _backend.Dispose();
    }

    private ModelMeasurements Measure(IProgress<string>? progress)
    {
        TextDecoderConfig text = _model.Config.Text;
        if (Wants("encode"))
        {
            progress?.Report("encode");
            Arithmetic("encode", _model.Config.Vision.Tokens, 0, EncodeOperations(), Encode);
        }
        using var generator = new Generator(_model, _tape, cache: _cache);
        foreach (int prompt in _options.Prompts.Where(prompt => Wants("prefill") && prompt <= text.MaxPositions))
        {
            progress?.Report($"prefill {prompt}");
            int[] ids = Ids(prompt);
            Arithmetic("prefill", prompt, 0, PrefillOperations(prompt, 0), () =>
            {
                generator.Truncate(0);
                generator.Prefill(ids);
            });
        }
        foreach (int context in _options.Contexts.Where(context => Wants("decode") && context < text.MaxPositions))
        {
            progress?.Report($"decode at {context}");
            generator.Truncate(0);
            generator.Assume(context);
            double bytes = TokenBytes() + ((double)context * generator.BytesPerToken);
            Add("decode", 1, context, bytes, "GB/s", _bandwidth, () =>
            {
                generator.Step(7);
                generator.Truncate(context);
            });
        }
        if (Wants("draft"))
            Draft(generator, progress);
        if (Wants("together"))
            Together(progress);
        if (Wants("picture"))
            Picture(generator, progress);
        return new ModelMeasurements(_results, _model.Parameters.All.Sum(parameter => parameter.Tensor.Bytes), TokenBytes(), Process.GetCurrentProcess().PeakWorkingSet64, $"{_backend.Name}, {_backend.PackedName}");
    }

    // A chosen token and a guess of seven, checked in one pass: what a wrong guess costs at most.
    private void Draft(Generator generator, IProgress<string>? progress)
    {
        progress?.Report("a guess");
        generator.Truncate(0);
        generator.Assume(ConversationContext);
        int[] ids = Ids(Guess);
        Add("draft", Guess, ConversationContext, TokenBytes() + ((double)ConversationContext * generator.BytesPerToken), "GB/s", _bandwidth, () =>
        {
            generator.Extend(ids);
            generator.Truncate(ConversationContext);
        });
    }

    // A token for each of eight conversations in one pass.
    private void Together(IProgress<string>? progress)
    {
        progress?.Report("eight conversations");
        var caches = Enumerable.Range(0, Conversations).Select(_ => new KeyValueCache(_backend, _model.Config.Text, format: _cache)).ToList();
        var parts = caches.ConvertAll(cache => new SequencePart(cache, -1));
        caches.ForEach(cache => cache.Assume(ConversationContext));
        double bytes = TokenBytes() + ((double)Conversations * ConversationContext * caches[0].BytesPerToken);
        Add("together", Conversations, ConversationContext, bytes, "GB/s", _bandwidth, () =>
        {
            foreach (SequencePart part in parts)
            {
                part.Ask([7]);
                part.Take(1);
            }
            Pass.Run(_model, _tape, parts);
            caches.ForEach(cache => cache.Truncate(ConversationContext));
        });
        parts.ForEach(part => part.Dispose());
        caches.ForEach(cache => cache.Dispose());
    }

    // One tile and thirty words, then thirty words about the same picture, whose features and keys and values are kept.
    private void Picture(Generator generator, IProgress<string>? progress)
    {
        int tokens = _model.Config.Vision.Tokens, first = tokens + Question;
        int[] ids = Ids(first), more = Ids(Question);
        progress?.Report("first token about a picture");
        Arithmetic("first-token", first, 0, EncodeOperations() + PrefillOperations(first, 0), () =>
        {
            Encode();
            generator.Truncate(0);
            generator.Prefill(ids);
        });
        progress?.Report("second question about it");
        Arithmetic("second-question", Question, first, PrefillOperations(Question, first), () =>
        {
            generator.Truncate(first);
            generator.Prefill(more);
        });
    }

    private void Encode()
    {
        ImageEncoderConfig vision = _model.Config.Vision;
        using SegmentLayout layout = SegmentLayout.Uniform(1, vision.Tokens);
        Tensor patches = _tape.Rent(vision.Tokens, vision.PatchLength);
        for (int i = 0; i < patches.Count; i++)
            patches.Span[i] = ((i * 37 % 201) - 100) / 100f;
        Tensor features = _model.Encoder.Forward(_tape, patches, layout);
        _model.Projector.Forward(_tape, features);
        _tape.Reset();
    }

    private bool Wants(string work) => _options.Works.Count == 0 || _options.Works.Contains(work);

    private static int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => 1 + (i * 31 % 900))];

    private long TokenBytes() => _model.Parameters.All
        .Where(parameter => parameter.Module == ModelModule.Decoder && (parameter.Tensor != _model.Decoder.Embedding || _model.Decoder.Head == _model.Decoder.Embedding))
        .Sum(parameter => parameter.Tensor.Bytes);

    private double EncodeOperations()
    {
        ImageEncoderConfig vision = _model.Config.Vision;
        double products = _model.Parameters.All.Where(parameter => parameter.Module is ModelModule.Encoder or ModelModule.Projector && parameter.Decays && !parameter.Name.EndsWith("position_embedding.weight", StringComparison.Ordinal)).Sum(parameter => (double)parameter.Tensor.Count);
        return (2 * vision.Tokens * products) + (4.0 * vision.Tokens * vision.Tokens * vision.HiddenSize * _model.Config.VisionLayersUsed);
    }

    private double PrefillOperations(int tokens, int context)
    {
        TextDecoderConfig text = _model.Config.Text;
        double layers = _model.Parameters.All.Where(parameter => parameter.Module == ModelModule.Decoder && parameter.IsMatrixInsideLayer).Sum(parameter => (double)parameter.Tensor.Count);
        double seen = tokens * (context + (tokens / 2.0));
        return (2 * tokens * layers) + (2.0 * text.VocabularySize * text.HiddenSize) + (4 * seen * text.QueryHeads * text.HeadSize * text.Layers);
    }

    private void Arithmetic(string work, int tokens, int context, double operations, Action body) => Add(work, tokens, context, operations, "GFLOP/s", _arithmetic, body);

    private void Add(string work, int tokens, int context, double amount, string unit, double limit, Action body)
    {
        body();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < LeastRepetitions || (clock.Elapsed.TotalSeconds < _options.SecondsEach && times.Count < MostRepetitions))
        {
            long start = Stopwatch.GetTimestamp();
            body();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        times.Sort();
        double median = times[times.Count / 2], spread = (times[times.Count * 3 / 4] - times[times.Count / 4]) / 2 / median;
        _results.Add(new ModelMeasurement(work, _options.Shape, _options.Weights.Name, _backend.Threads, tokens, context, median, spread, amount / median / 1e9, unit, limit));
    }
}

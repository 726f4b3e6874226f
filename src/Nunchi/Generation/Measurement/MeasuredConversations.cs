using Nunchi.Chat;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;
using Nunchi.Text;

namespace Nunchi.Generation.Measurement;

/// <summary>Conversations as a checkpoint's own template, images and ends make them, for measuring models of that checkpoint.</summary>
internal sealed class MeasuredConversations
{
    private readonly VisionLanguageModel _model;
    private readonly PromptBuilder _prompts;
    private readonly ImageProcessor _processor;
    private readonly GenerationConfig _generation;
    private readonly HashSet<int> _ends;
    private readonly int _maxTokens;

    /// <summary>Reads what is beside the weights.</summary>
    /// <param name="model">The model that answers.</param>
    /// <param name="directory">Its checkpoint.</param>
    /// <param name="maxTokens">The most tokens of an answer.</param>
    public MeasuredConversations(VisionLanguageModel model, string directory, int maxTokens)
    {
        _model = model;
        _prompts = PromptBuilder.Load(directory);
        _processor = CheckpointImages.Load(directory, model.Config);
        _generation = GenerationConfig.Load(directory, model.Config.Text);
        _ends = _generation.EndTokens(_prompts);
        _maxTokens = maxTokens;
    }

    /// <summary>A conversation that ends with a question, as tokens and pictures.</summary>
    public (int[] Ids, ProcessedImages? Pictures) Prepare(IReadOnlyList<Message> conversation, CancellationToken cancellation)
    {
        ChatRequest request = ChatRequest.Prepare(conversation, _prompts, _processor, null, _model.Config);
        return (request.Ids, request.Images.Count == 0 ? null : _processor.Process(request.Images, request.Tiling, cancellation));
    }

    /// <summary>The model's likeliest answer with its end, if it comes to one, and the logits that each token was chosen from.</summary>
    public (IReadOnlyList<int> Answer, float[] Logits) Answer(int[] ids, ProcessedImages? pictures, CancellationToken cancellation)
    {
        var sampler = new Sampler(_generation.Complete(new GenerationOptions()), _model.Config.Text.VocabularySize, ids);
        int room = Math.Min(_maxTokens, _model.Config.Text.MaxPositions - ids.Length);
        List<int> answer = [];
        float[] logits = Follow(_model, ids, pictures, chosenFrom =>
        {
            int next = sampler.Next(chosenFrom);
            answer.Add(next);
            return answer.Count < room && !_ends.Contains(next) ? next : null;
        }, cancellation: cancellation);
        return (answer, logits);
    }

    /// <summary>The logits after a prompt and after each token that is chosen from them, until none is.</summary>
    public static float[] Follow(VisionLanguageModel model, int[] ids, ProcessedImages? pictures, Func<ReadOnlySpan<float>, int?> choose, IInputObserver? observer = null, CancellationToken cancellation = default)
    {
        using var tape = new Tape(model.Backend);
        using ImageFeatures? seen = pictures == null ? null : ImageFeatures.Encode(model, tape, pictures);
        tape.InputObserver = observer;
        using var generator = new Generator(model, tape, cache: CacheFormats.Beside(model.Decoder.Embedding.Format));
        List<float> all = [];
        ReadOnlySpan<float> logits = generator.Prefill(ids, seen?.Rows, cancellation: cancellation).Span;
        while (true)
        {
            all.AddRange(logits);
            if (choose(logits) is not { } next)
                return [.. all];
            cancellation.ThrowIfCancellationRequested();
            logits = generator.Step(next);
        }
    }
}

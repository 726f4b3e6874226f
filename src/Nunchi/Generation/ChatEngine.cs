using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Generation.Drafting;
using Nunchi.Generation.Prefixes;
using Nunchi.Generation.Scheduling;
using Nunchi.Generation.Searching;
using Nunchi.Grounding;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Quantization;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>
/// The way of a request: messages become tokens and pictures, pictures become features, the decoder takes them in and writes an answer token by token,
/// and its tags become spans. Features and the decoder's cache are kept between turns, so that a next question costs only what is new.
/// </summary>
public sealed class ChatEngine : IChatEngine
{
    private readonly EngineOptions _options;
    private readonly EngineWeights _weights;
    private readonly VisionLanguageModel _model;
    private readonly PromptBuilder _prompts;
    private readonly ImageProcessor _processor;
    private readonly Tape _tape;
    private readonly ConversationMemory _memory;
    private readonly ImageFeatureStore _features;
    private readonly PassScheduler? _passes;
    private readonly ConditionalWeakTable<RgbImage, RgbImage> _enlarged = [];
    private readonly AnswerPump _pump;
    private readonly AnswerWriter _writer;

    private ChatEngine(EngineOptions options, EngineWeights weights, ModelInfo info)
    {
        _options = options;
        _weights = weights;
        _model = weights.Model;
        _prompts = weights.Prompts;
        _processor = weights.Processor;
        _tape = new Tape(weights.Backend);
        _passes = options.RunsTogether ? weights.Passes : null;
        _memory = new ConversationMemory(new Generator(_model, _tape, _passes, options.PrefillChunk, weights.Cache), options.PrefixBytes == 0 ? null : weights.Prefixes);
        _features = weights.Features;
        _pump = new AnswerPump(this);
        _writer = new AnswerWriter(_prompts.Tokenizer, _model.Config.Text.MaxPositions, weights.Generation, weights.EndTokens, [_model.Config.ImageTokenId]);
        Info = info;
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="path">A Hugging Face directory of a family that is known, or one safetensors file beside its <c>config.json</c>.</param>
    /// <param name="options">How to run; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">The directory or a file of it is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or not supported; the message names it and the place.</exception>
    /// <exception cref="PlatformNotSupportedException">The kernels asked for are not on this machine.</exception>
    /// <exception cref="OutOfMemoryException">The weights do not fit into this machine's memory.</exception>
    public static ChatEngine Load(string path, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        var watch = Stopwatch.StartNew();
        EngineWeights weights = EngineWeights.Load(path, options);
        return new ChatEngine(options, weights, ModelDescription.Of(CheckpointPlace.Of(path).Directory, weights.Model, weights.Backend, weights.Cache, watch.Elapsed) with
        {
            Adapter = options.Adapter is { } adapter ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(adapter)) : null,
            RoundedTo = options.RoundedTo,
            Views = options.Views,
            Answers = weights.Generation.Description,
        });
    }

    /// <summary>
    /// Another engine on the same weights, with a conversation, caches and an answer of its own. Engines that share weights may be used from different threads
    /// at the same time; their steps take turns. The weights are freed when the last of them is disposed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">This engine was disposed.</exception>
    public ChatEngine Share() => _pump.Use(() => new ChatEngine(_options, _weights.Share(), Info));

    /// <summary>Another engine on the same weights that guesses nothing, shares no beginnings and runs alone: what the others must agree with.</summary>
    internal ChatEngine SharePlain() => _pump.Use(() => new ChatEngine(_options with { DraftTokens = 0, PrefixBytes = 0, RunsTogether = false }, _weights.Share(), Info));

    /// <summary>Conversations that a pass over the weights served on average, among all that share them.</summary>
    internal double SequencesAPass => _weights.Passes is { Passes: > 0 } passes ? (double)passes.Parts / passes.Passes : 0;

    /// <inheritdoc/>
    public IAsyncEnumerable<AnswerUpdate> AskAsync(IReadOnlyList<Message> conversation, GenerationOptions options, CancellationToken cancellation = default)
    {
        _pump.ThrowIfClosed();
        ChatRequest request = ChatRequest.Prepare(_weights.EnlargesForReading ? Enlarge(conversation) : conversation, _prompts, _processor, _options.Tiling, _model.Config);
        return _pump.Run((emit, stop) => Answer(request, options, emit, stop), cancellation);
    }

    /// <summary>Frees what the engine holds, and the model unless another engine shares it; waits for an answer that is being made, which ends with the token it is at.</summary>
    public void Dispose() => _pump.Close(() =>
    {
        if (_weights.Users > 1)
            _memory.Remember();
        _memory.Dispose();
        _tape.Dispose();
        _weights.Release();
    });

    // The same picture gives the same object again, so that its features are found again.
    private IReadOnlyList<Message> Enlarge(IReadOnlyList<Message> conversation) =>
        [.. conversation.Select(message => message with
        {
            Parts = [.. message.Parts.Select(part => part is ImagePart image ? new ImagePart(_enlarged.GetValue(image.Image, ReadingEnlargement.Apply)) : part)],
        })];

    private void Answer(ChatRequest request, GenerationOptions options, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        ImageKey[] keys = [.. request.Images.Select(image => _features.KeyOf(image, request.Tiling))];
        PromptToken[] prompt = request.Tokens(keys);
        int shared = _memory.Recall(prompt), first = FirstNeeded(request, shared);
        TimeSpan encoded;
        ReadOnlyMemory<float> logits;
        using (ImageRows rows = Encode(request, keys, first, emit, cancellation))
        using (_passes?.Enter())
        {
            encoded = watch.Elapsed;
            int before = first < keys.Length ? Math.Max(0, shared - request.ImageStarts[first]) : 0, rest = prompt.Length - shared;
            logits = _memory.TakeIn(prompt.AsSpan(shared), rows.Tensor, before, done => emit(new PhaseProgress(AnswerPhase.Prefill, done, rest)), cancellation);
        }
        TimeSpan taken = watch.Elapsed;
        ShareMemory();
        DraftedSteps steps = Steps(request, options);
        // A search runs its beginnings together and leaves the others alone.
        using (_writer.Searches(options) ? null : _passes?.Enter())
        {
            _writer.Write(new TakenPrompt(request.Ids, request.ImageTokens, watch, encoded, taken) { Cached = shared, Drafts = steps.Counts }, logits, options, steps.Step,
                () => new BeamStates(_model, _tape, _memory), emit, GoOn);
        }
        steps.Finish();
        ShareMemory();

        void GoOn()
        {
            cancellation.ThrowIfCancellationRequested();
            _pump.ThrowIfClosed();
        }
    }

    private DraftedSteps Steps(ChatRequest request, GenerationOptions options)
    {
        PromptLookup? lookup = _options.DraftTokens == 0 ? null : new PromptLookup(request.Ids, _model.Config.ImageTokenId, GroundingMarkup.All.Select(_prompts.Tokenizer.TokenId).OfType<int>());
        return new DraftedSteps(_memory, lookup, () => Math.Min(_options.DraftTokens, _passes?.Guesses ?? int.MaxValue), _writer.Most(request.Ids.Length, options));
    }

    // Alone, an engine finds everything in its own cache; a copy for others would only take memory.
    private void ShareMemory()
    {
        if (_weights.Users > 1)
            _memory.Remember();
    }

    // One at a time when others wait for their next token.
    private int CropsAtOnce() => _passes is { Seats: > 0 } ? 1 : Math.Max(1, _options.EncoderTokens / _model.Config.Vision.Tokens);

    // The first picture of which a part is not in the cache.
    private static int FirstNeeded(ChatRequest request, int shared)
    {
        int first = 0;
        while (first < request.Images.Count && request.ImageStarts[first] + request.ImageCounts[first] <= shared)
            first++;
        return first;
    }

    private ImageRows Encode(ChatRequest request, ImageKey[] keys, int first, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        ProcessedImages?[] fresh = [.. keys.Select((key, i) => i >= first && Array.IndexOf(keys, key, first) == i && !_features.Holds(key) ? Process(i) : null)];
        int total = fresh.Sum(images => images?.CropCount ?? 0), before = 0;
        var leases = new List<ImageFeatureStore.Lease>();
        try
        {
            for (int i = first; i < keys.Length; i++)
            {
                ProcessedImages? images = fresh[i];
                leases.Add(_features.Take(keys[i], () => EncodeOne(images ?? Process(i)), cancellation));
                before += images?.CropCount ?? 0;
            }
            return new ImageRows(_model, request.ImageCounts.AsSpan(first), leases);
        }
        catch
        {
            leases.ForEach(lease => lease.Dispose());
            throw;
        }

        ProcessedImages Process(int i) => _processor.Process([request.Images[i]], request.Tiling, cancellation);

        ImageFeatures EncodeOne(ProcessedImages images) => ImageFeatures.Encode(_model, _tape, images, CropsAtOnce(), done =>
        {
            emit(new PhaseProgress(AnswerPhase.Encode, before + done, Math.Max(total, before + images.CropCount)));
            cancellation.ThrowIfCancellationRequested();
        });
    }
}

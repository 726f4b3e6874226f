using System.Diagnostics;
using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Generation.Drafting;
using Nunchi.Generation.Looking;
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
    private readonly List<ConversationMemory> _memories = [];
    private readonly PictureLooks _looks = new();
    private readonly ImageFeatureStore _features;
    private readonly PassScheduler? _passes;
    private readonly ChangedPictures _enlarged = new(ReadingEnlargement.Apply);
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
        IReadOnlyList<Message> shown = _weights.EnlargesForReading ? _enlarged.Show(conversation) : conversation;
        int looks = conversation.Any(message => message.Parts.Any(part => part is ImagePart)) ? _writer.Looks(options) : 1;
        ChatRequest[] requests = [.. Enumerable.Range(0, looks).Select(look => ChatRequest.Prepare(_looks.Show(shown, look), _prompts, _processor, _options.Tiling, _model.Config))];
        return _pump.Run((emit, stop) => Answer(requests, options, emit, stop), cancellation);
    }

    /// <summary>Frees what the engine holds, and the model unless another engine shares it; waits for an answer that is being made, which ends with the token it is at.</summary>
    public void Dispose() => _pump.Close(() =>
    {
        ShareMemory();
        _memories.ForEach(memory => memory.Dispose());
        _tape.Dispose();
        _weights.Release();
    });

    private void Answer(ChatRequest[] requests, GenerationOptions options, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        Look[] looks = [.. requests.Select((request, i) => Recall(request, Memory(i)))];
        ChatRequest request = looks[0].Request;
        TimeSpan encoded;
        ReadOnlyMemory<float> logits;
        using (Encoded rows = Encode(looks, emit, cancellation))
        using (_passes?.Enter())
        {
            encoded = watch.Elapsed;
            logits = TakeIn(looks, rows, emit, cancellation);
        }
        TimeSpan taken = watch.Elapsed;
        ShareMemory();
        int longest = looks.Max(look => look.Prompt.Length);
        DraftedSteps steps = Steps(looks, _writer.Most(longest, options));
        // A search runs its beginnings together and leaves the others alone.
        using (_writer.Searches(options) ? null : _passes?.Enter())
        {
            _writer.Write(new TakenPrompt(request.Ids, request.ImageTokens, watch, encoded, taken) { Cached = looks[0].Shared, Longest = longest, Drafts = steps.Counts }, logits, options, steps.Step,
                () => new BeamStates(_model, _tape, [.. looks.Select(look => look.Memory)]), emit, GoOn);
        }
        steps.Finish();
        ShareMemory();

        void GoOn()
        {
            cancellation.ThrowIfCancellationRequested();
            _pump.ThrowIfClosed();
        }
    }

    // Each look is a conversation of its own.
    private ConversationMemory Memory(int look)
    {
        while (_memories.Count <= look)
            _memories.Add(new ConversationMemory(new Generator(_model, _tape, _passes, _options.PrefillChunk, _weights.Cache), _options.PrefixBytes == 0 ? null : _weights.Prefixes));
        return _memories[look];
    }

    private Look Recall(ChatRequest request, ConversationMemory memory)
    {
        ImageKey[] keys = [.. request.Images.Select(image => _features.KeyOf(image, request.Tiling))];
        PromptToken[] prompt = request.Tokens(keys);
        int shared = memory.Recall(prompt);
        return new Look(request, keys, prompt, memory, shared, FirstNeeded(request, shared));
    }

    private static ReadOnlyMemory<float> TakeIn(Look[] looks, Encoded rows, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        int before = 0, rest = looks.Sum(look => look.Prompt.Length - look.Shared);
        var logits = new ReadOnlyMemory<float>[looks.Length];
        for (int i = 0; i < looks.Length; i++)
        {
            Look look = looks[i];
            int imageRowsBefore = look.First < look.Keys.Length ? Math.Max(0, look.Shared - look.Request.ImageStarts[look.First]) : 0;
            logits[i] = look.Memory.TakeIn(look.Prompt.AsSpan(look.Shared), rows.Of[i].Tensor, imageRowsBefore, done => emit(new PhaseProgress(AnswerPhase.Prefill, before + done, rest)), cancellation);
            before += look.Prompt.Length - look.Shared;
        }
        return Consensus.Of(logits, logits[0].Length);
    }

    private DraftedSteps Steps(Look[] looks, int most)
    {
        ChatRequest request = looks[0].Request;
        PromptLookup? lookup = _options.DraftTokens == 0 ? null : new PromptLookup(request.Ids, _model.Config.ImageTokenId, GroundingMarkup.All.Select(_prompts.Tokenizer.TokenId).OfType<int>());
        IDraftTarget target = looks.Length == 1 ? looks[0].Memory : new ConsensusTarget([.. looks.Select(look => look.Memory)]);
        return new DraftedSteps(target, lookup, () => Math.Min(_options.DraftTokens, _passes?.Guesses ?? int.MaxValue), most);
    }

    // Alone, an engine finds everything in its own cache; a copy for others would only take memory.
    private void ShareMemory()
    {
        if (_weights.Users > 1)
            _memories.ForEach(memory => memory.Remember());
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

    private Encoded Encode(Look[] looks, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        List<(RgbImage Image, ImageKey Key, TilingMode Tiling)> needed = [.. looks.SelectMany(look => Enumerable.Range(look.First, look.Keys.Length - look.First).Select(i => (look.Request.Images[i], look.Keys[i], look.Request.Tiling)))];
        Dictionary<ImageKey, ProcessedImages> fresh = [];
        foreach (var (image, key, tiling) in needed)
        {
            if (!fresh.ContainsKey(key) && !_features.Holds(key))
                fresh.Add(key, _processor.Process([image], tiling, cancellation));
        }
        int total = fresh.Values.Sum(images => images.CropCount), before = 0;
        var encoded = new Encoded();
        try
        {
            foreach (Look look in looks)
                encoded.Of.Add(Rows(look));
            return encoded;
        }
        catch
        {
            encoded.Dispose();
            throw;
        }

        ImageRows Rows(Look look)
        {
            var leases = new List<ImageFeatureStore.Lease>();
            try
            {
                for (int i = look.First; i < look.Keys.Length; i++)
                    leases.Add(Take(look, i));
                return new ImageRows(_model, look.Request.ImageCounts.AsSpan(look.First), leases);
            }
            catch
            {
                leases.ForEach(lease => lease.Dispose());
                throw;
            }
        }

        ImageFeatureStore.Lease Take(Look look, int i)
        {
            fresh.Remove(look.Keys[i], out ProcessedImages? images);
            ImageFeatureStore.Lease lease = _features.Take(look.Keys[i], () => EncodeOne(images ?? _processor.Process([look.Request.Images[i]], look.Request.Tiling, cancellation)), cancellation);
            before += images?.CropCount ?? 0;
            return lease;
        }

        ImageFeatures EncodeOne(ProcessedImages images) => ImageFeatures.Encode(_model, _tape, images, CropsAtOnce(), done =>
        {
            emit(new PhaseProgress(AnswerPhase.Encode, before + done, Math.Max(total, before + images.CropCount)));
            cancellation.ThrowIfCancellationRequested();
        });
    }

    /// <summary>A conversation as one look sees it, and what of it need not be taken in again.</summary>
    private sealed record Look(ChatRequest Request, ImageKey[] Keys, PromptToken[] Prompt, ConversationMemory Memory, int Shared, int First);

    /// <summary>The features that each look still needs.</summary>
    private sealed class Encoded : IDisposable
    {
        public List<ImageRows> Of { get; } = [];

        public void Dispose() => Of.ForEach(rows => rows.Dispose());
    }
}

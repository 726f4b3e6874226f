using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>
/// The way of a request: messages become tokens and pictures, pictures become features, the decoder takes them in and writes an answer token by token,
/// and its tags become spans. Features and the decoder's cache are kept between turns, so that a next question costs only what is new.
/// </summary>
public sealed class ChatEngine : IChatEngine
{
    private readonly EngineOptions _options;
    private readonly ComputeBackend _backend;
    private readonly VisionLanguageModel _model;
    private readonly PromptBuilder _prompts;
    private readonly ImageProcessor _processor;
    private readonly HashSet<int> _endTokens;
    private readonly Tape _tape;
    private readonly Generator _generator;
    private readonly ImageFeatureStore _features;
    private readonly CachedConversation _cached = new();
    private readonly Lock _disposal = new();
    private int _busy;
    private bool _disposed;

    private ChatEngine(string directory, EngineOptions options, ComputeBackend backend, VisionLanguageModel model, Stopwatch watch)
    {
        _options = options;
        _backend = backend;
        _model = model;
        _prompts = PromptBuilder.Load(directory);
        CheckTokenizer(directory, model.Config, _prompts);
        _processor = CheckpointImages.Load(directory, model.Config);
        _endTokens = [.. GenerationConfig.Load(directory, model.Config.Text).EosTokenIds];
        if (_prompts.EndOfTurn is { } end && _prompts.Tokenizer.TokenId(end) is { } id)
            _endTokens.Add(id);
        _tape = new Tape(backend);
        _generator = new Generator(model, _tape, options.PrefillChunk);
        _features = new ImageFeatureStore(options.FeatureBytes);
        Info = ModelDescription.Of(directory, model, backend, watch.Elapsed);
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <summary>Loads a checkpoint directory.</summary>
    /// <param name="directory">A Hugging Face directory of a family that is known.</param>
    /// <param name="options">How to run; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">The directory or a file of it is not there.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or not supported; the message names it and the place.</exception>
    /// <exception cref="PlatformNotSupportedException">The kernels asked for are not on this machine.</exception>
    public static ChatEngine Load(string directory, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        var watch = Stopwatch.StartNew();
        ComputeBackend backend = CpuBackend.Create(new CpuOptions { Threads = options.Threads, Kernels = options.Kernels });
        VisionLanguageModel? model = null;
        try
        {
            model = CheckpointReader.Load(directory, backend);
            return new ChatEngine(directory, options, backend, model, watch);
        }
        catch
        {
            model?.Dispose();
            backend.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnswerUpdate> AskAsync(IReadOnlyList<Message> conversation, GenerationOptions options, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ChatRequest request = ChatRequest.Prepare(conversation, _prompts, _processor, _options.Tiling, _model.Config);
        return Run(request, options, cancellation);
    }

    /// <summary>Frees the model; waits for an answer that is being made, which ends with the token it is at.</summary>
    public void Dispose()
    {
        _disposed = true;
        lock (_disposal)
        {
            _features.Dispose();
            _generator.Dispose();
            _tape.Dispose();
            _model.Dispose();
            _backend.Dispose();
        }
    }

    private async IAsyncEnumerable<AnswerUpdate> Run(ChatRequest request, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("The engine is answering another question; wait until that answer has ended.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var updates = Channel.CreateUnbounded<AnswerUpdate>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task work = Task.Run(() => Produce(request, options, updates.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (AnswerUpdate update in updates.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return update;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(false);
            Volatile.Write(ref _busy, 0);
        }
    }

    private void Produce(ChatRequest request, GenerationOptions options, ChannelWriter<AnswerUpdate> updates, CancellationToken cancellation)
    {
        try
        {
            lock (_disposal)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                Answer(request, options, update => updates.TryWrite(update), cancellation);
            }
            updates.Complete();
        }
        catch (Exception failure)
        {
            updates.Complete(failure);
        }
    }

    private void Answer(ChatRequest request, GenerationOptions options, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        ImageKey[] keys = [.. request.Images.Select(image => _features.KeyOf(image, request.Tiling))];
        int shared = _cached.Shared(request.Ids, request.ImageStarts, keys);
        using var rows = new ImageRows(_model, request, Encode(request, keys, emit, cancellation));
        TimeSpan encoded = watch.Elapsed;
        ReadOnlySpan<float> logits = TakeIn(request, keys, shared, rows.Tensor, emit, cancellation);
        TimeSpan taken = watch.Elapsed, first = default;
        _features.Trim();

        var stream = new AnswerStream(_prompts.Tokenizer, options.StopStrings);
        var sampler = new Sampler(options, logits.Length, request.Ids, _prompts.Tokenizer.VocabularySize, [_model.Config.ImageTokenId]);
        int most = Math.Min(options.MaxTokens, _model.Config.Text.MaxPositions - request.Ids.Length), produced = 0;
        FinishReason reason;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_disposed, this);
            int id = sampler.Next(logits);
            if (produced++ == 0)
                first = watch.Elapsed;
            reason = FinishReason.Stop;
            if (_endTokens.Contains(id))
                break;
            foreach (AnswerUpdate update in stream.Push(id))
                emit(update);
            if (stream.Stopped)
                break;
            reason = FinishReason.Length;
            if (produced == most)
                break;
            logits = _generator.Step(id);
            _cached.Add([id]);
        }
        foreach (AnswerUpdate update in stream.Finish())
            emit(update);
        emit(new AnswerCompleted(new Answer
        {
            Text = stream.Text,
            RawText = stream.RawText,
            Spans = stream.Spans,
            Usage = new Usage(request.Ids.Length, request.ImageTokens, produced),
            Timings = new Timings { Encode = encoded, Prefill = taken - encoded, FirstToken = first, Decode = watch.Elapsed - first, Total = watch.Elapsed },
            FinishReason = reason,
        }));
    }

    private ImageFeatures[] Encode(ChatRequest request, ImageKey[] keys, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        var features = new ImageFeatures[keys.Length];
        ProcessedImages?[] fresh = [.. keys.Select((key, i) => _features.Find(key) == null && Array.IndexOf(keys, key) == i
            ? _processor.Process([request.Images[i]], request.Tiling, cancellation)
            : null)];
        int total = fresh.Sum(images => images?.CropCount ?? 0), before = 0;
        int cropsAtOnce = Math.Max(1, _options.EncoderTokens / _model.Config.Vision.Tokens);
        for (int i = 0; i < keys.Length; i++)
        {
            if (fresh[i] is { } images)
            {
                _features.Add(keys[i], ImageFeatures.Encode(_model, _tape, images, cropsAtOnce, done =>
                {
                    emit(new PhaseProgress(AnswerPhase.Encode, before + done, total));
                    cancellation.ThrowIfCancellationRequested();
                }));
                before += images.CropCount;
            }
            features[i] = _features.Find(keys[i])!;
        }
        return features;
    }

    private ReadOnlySpan<float> TakeIn(ChatRequest request, ImageKey[] keys, int shared, Tensor? rows, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        _generator.Truncate(shared);
        _cached.Keep(shared);
        int imageRowsBefore = request.Ids.AsSpan(0, shared).Count(_model.Config.ImageTokenId), total = request.Ids.Length - shared;
        try
        {
            ReadOnlySpan<float> logits = _generator.Prefill(request.Ids.AsSpan(shared), request.ImageTokens == 0 ? null : rows, imageRowsBefore, done => emit(new PhaseProgress(AnswerPhase.Prefill, done, total)), cancellation);
            _cached.Add(request.Ids.AsSpan(shared));
            for (int i = 0; i < keys.Length; i++)
                _cached.AddImage(request.ImageStarts[i], keys[i]);
            return logits;
        }
        catch
        {
            _generator.Truncate(shared);
            throw;
        }
    }

    private static void CheckTokenizer(string directory, VisionLanguageConfig config, PromptBuilder prompts)
    {
        if (prompts.Tokenizer.VocabularySize > config.Text.VocabularySize)
            throw new InvalidDataException($"{directory}: the tokenizer has {prompts.Tokenizer.VocabularySize} ids, the decoder's embedding only {config.Text.VocabularySize} rows; they belong to different models.");
        if (prompts.ImageTokenId is { } id && id != config.ImageTokenId)
            throw new InvalidDataException($"{directory}: config.json names {config.ImageTokenId} as the image token, the tokenizer's \"{prompts.ImageToken}\" is {id}.");
    }
}

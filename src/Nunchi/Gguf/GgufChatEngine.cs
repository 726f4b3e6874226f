using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Text;

namespace Nunchi.Gguf;

/// <summary>Answers text conversations with a model from a GGUF file. It sees no pictures: a projector's file is for llama.cpp, Nunchi reads pictures with a checkpoint directory.</summary>
public sealed class GgufChatEngine : IChatEngine
{
    private readonly ComputeBackend _backend;
    private readonly GgufTextModel _model;
    private readonly GgufGenerator _generator;
    private readonly PromptBuilder _prompts;
    private readonly HashSet<int> _ends;
    private readonly List<int> _cached = [];
    private readonly Lock _disposal = new();
    private int _busy;
    private bool _disposed;

    private GgufChatEngine(ComputeBackend backend, GgufTextModel model, Stopwatch watch)
    {
        _backend = backend;
        _model = model;
        ChatTemplate template = model.Template ?? throw new InvalidDataException($"{model.Path}: it has no \"tokenizer.chat_template\", so how to ask it is not known.");
        _prompts = new PromptBuilder(template, model.Tokenizer, null);
        _generator = new GgufGenerator(model, backend);
        _ends = [.. model.EosTokenIds];
        Info = Describe(model, backend, watch.Elapsed);
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <summary>Loads a file.</summary>
    /// <param name="path">A GGUF file with a text model of the architectures qwen2, qwen3 or llama.</param>
    /// <param name="options">How to run; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="InvalidDataException">It is damaged or not supported; the message names the place.</exception>
    public static GgufChatEngine Load(string path, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        var watch = Stopwatch.StartNew();
        ComputeBackend backend = CpuBackend.Create(new CpuOptions { Threads = options.Threads, Kernels = options.Kernels });
        GgufTextModel? model = null;
        try
        {
            model = GgufTextModel.Load(path, backend);
            return new GgufChatEngine(backend, model, watch);
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
        if (conversation.Count == 0 || conversation[^1].Role != Role.User)
            throw new ArgumentException("The conversation is empty or does not end with the user's message.", nameof(conversation));
        if (conversation.Any(message => message.Parts.Any(part => part is ImagePart)))
            throw new ArgumentException($"{Info.Name} is a text model from a GGUF file and sees no pictures; name a checkpoint directory for them.", nameof(conversation));
        int[] ids = [.. _model.Tokenizer.PrefixIds, .. _prompts.Build(TaskMarkup.Expand(conversation)).Ids];
        if (ids.Length >= _model.Config.MaxPositions)
            throw new ArgumentException($"The conversation takes {ids.Length} tokens; the model's context holds {_model.Config.MaxPositions} with the answer. Leave out earlier turns.", nameof(conversation));
        return Run(ids, options, cancellation);
    }

    /// <summary>Frees the model; waits for an answer that is being made, which ends with the token it is at.</summary>
    public void Dispose()
    {
        _disposed = true;
        lock (_disposal)
        {
            _generator.Dispose();
            _model.Dispose();
            _backend.Dispose();
        }
    }

    private async IAsyncEnumerable<AnswerUpdate> Run(int[] ids, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("The engine is answering another question; wait until that answer has ended.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var updates = Channel.CreateUnbounded<AnswerUpdate>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task work = Task.Run(() => Produce(ids, options, updates.Writer, stop.Token), CancellationToken.None);
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

    private void Produce(int[] ids, GenerationOptions options, ChannelWriter<AnswerUpdate> updates, CancellationToken cancellation)
    {
        try
        {
            lock (_disposal)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                Answer(ids, options, update => updates.TryWrite(update), cancellation);
            }
            updates.Complete();
        }
        catch (Exception failure)
        {
            updates.Complete(failure);
        }
    }

    private void Answer(int[] ids, GenerationOptions options, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        ReadOnlySpan<float> logits = TakeIn(ids, emit, cancellation);
        TimeSpan taken = watch.Elapsed, first = default;
        var stream = new AnswerStream(_model.Tokenizer, options.StopStrings);
        var sampler = new Sampler(options, logits.Length, ids, _model.Tokenizer.VocabularySize);
        int most = Math.Min(options.MaxTokens, _model.Config.MaxPositions - ids.Length), produced = 0;
        FinishReason reason;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_disposed, this);
            int id = sampler.Next(logits);
            if (produced++ == 0)
                first = watch.Elapsed;
            reason = FinishReason.Stop;
            if (_ends.Contains(id))
                break;
            foreach (AnswerUpdate update in stream.Push(id))
                emit(update);
            if (stream.Stopped)
                break;
            reason = FinishReason.Length;
            if (produced == most)
                break;
            logits = _generator.Take([id], cancellation: cancellation);
            _cached.Add(id);
        }
        foreach (AnswerUpdate update in stream.Finish())
            emit(update);
        emit(new AnswerCompleted(new Answer
        {
            Text = stream.Text,
            RawText = stream.RawText,
            Spans = stream.Spans,
            Usage = new Usage(ids.Length, 0, produced),
            Timings = new Timings { Encode = default, Prefill = taken, FirstToken = first, Decode = watch.Elapsed - first, Total = watch.Elapsed },
            FinishReason = reason,
        }));
    }

    // What the prompt shares with the last conversation is in the cache already; one token at least must run.
    private ReadOnlySpan<float> TakeIn(int[] ids, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        int shared = 0;
        while (shared < Math.Min(_cached.Count, ids.Length - 1) && _cached[shared] == ids[shared])
            shared++;
        _generator.Truncate(shared);
        _cached.RemoveRange(shared, _cached.Count - shared);
        int total = ids.Length - shared;
        try
        {
            ReadOnlySpan<float> logits = _generator.Take(ids.AsSpan(shared), done => emit(new PhaseProgress(AnswerPhase.Prefill, done, total)), cancellation);
            _cached.AddRange(ids.AsSpan(shared));
            return logits;
        }
        catch
        {
            _generator.Truncate(shared);
            throw;
        }
    }

    private static ModelInfo Describe(GgufTextModel model, ComputeBackend backend, TimeSpan loadTime)
    {
        string heads = model.Config.QueryHeads == model.Config.KeyHeads ? $"{model.Config.QueryHeads} heads" : $"{model.Config.QueryHeads} heads over {model.Config.KeyHeads}";
        return new ModelInfo
        {
            Name = Path.GetFileNameWithoutExtension(model.Path),
            Directory = Path.GetDirectoryName(model.Path)!,
            Family = model.Config.Family,
            Parts = [new ModulePart("decoder", $"{model.Config.Family}, {model.Config.HiddenSize} wide, {model.Config.Layers} layers, {heads}", model.ParameterCount, model.ParameterCount * sizeof(float), "float32")],
            ContextLength = model.Config.MaxPositions,
            VocabularySize = model.Config.VocabularySize,
            Kernels = backend.Name,
            LoadTime = loadTime,
        };
    }
}

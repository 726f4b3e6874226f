using System.Diagnostics;
using Nunchi.Chat;
using Nunchi.Checkpoints;
using Nunchi.Generation;
using Nunchi.Generation.Prefixes;
using Nunchi.Generation.Searching;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Quantization;
using Nunchi.Tensors.Operators;
using Nunchi.Text;

namespace Nunchi.Gguf;

/// <summary>Answers text conversations with a model from a GGUF file. It sees no pictures: a projector's file is for llama.cpp, Nunchi reads pictures with a checkpoint directory.</summary>
public sealed class GgufChatEngine : IChatEngine
{
    private readonly ComputeBackend _backend;
    private readonly GgufTextModel _model;
    private readonly Tape _tape;
    private readonly PromptBuilder _prompts;
    private readonly ConversationMemory _memory;
    private readonly AnswerPump _pump;
    private readonly AnswerWriter _writer;

    private GgufChatEngine(EngineOptions options, ComputeBackend backend, GgufTextModel model, Stopwatch watch)
    {
        _backend = backend;
        _model = model;
        ChatTemplate template = model.Template ?? throw new InvalidDataException($"{model.Path}: it has no \"tokenizer.chat_template\", so how to ask it is not known.");
        _prompts = new PromptBuilder(template, model.Tokenizer, null);
        _tape = new Tape(backend);
        CacheFormat cache = options.Cache ?? CacheFormats.Beside(model.Decoder.Embedding.Format);
        _memory = new ConversationMemory(new Generator(model, _tape, null, options.PrefillChunk, cache), prefixes: null);
        _pump = new AnswerPump(this);
        _writer = new AnswerWriter(model.Tokenizer, model.Config.MaxPositions, new GenerationConfig(), [.. model.EosTokenIds], []);
        Info = Describe(model, backend, cache, watch.Elapsed) with { RoundedTo = options.RoundedTo };
    }

    /// <inheritdoc/>
    public ModelInfo Info { get; }

    /// <summary>Loads a file.</summary>
    /// <param name="path">A GGUF file with a text model of the architectures qwen2, qwen3 or llama.</param>
    /// <param name="options">How to run; null takes the defaults.</param>
    /// <exception cref="ArgumentException">An adapter is asked for.</exception>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="InvalidDataException">It is damaged or not supported; the message names the place.</exception>
    public static GgufChatEngine Load(string path, EngineOptions? options = null)
    {
        options ??= new EngineOptions();
        if (options.Adapter is { } adapter)
            throw new ArgumentException($"The adapter {adapter} cannot be added to {path}: a GGUF file's weights have other names and are rounded. Merge it into the checkpoint that the file was made from (nunchi convert MODEL OUT --adapter {adapter}) and export that.", nameof(options));
        var watch = Stopwatch.StartNew();
        ComputeBackend backend = CpuBackend.Create(new CpuOptions { Threads = options.Threads, Kernels = options.Kernels, PackedKernels = options.PackedKernels });
        GgufTextModel? model = null;
        try
        {
            model = GgufTextModel.Load(path, backend, options.Weights ?? WeightFormat.Float32);
            WeightPlan.RoundAlike(backend, model.Decoder);
            return new GgufChatEngine(options, backend, model, watch);
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
        _pump.ThrowIfClosed();
        if (conversation.Count == 0 || conversation[^1].Role != Role.User)
            throw new ArgumentException("The conversation is empty or does not end with the user's message.", nameof(conversation));
        if (conversation.Any(message => message.Parts.Any(part => part is ImagePart)))
            throw new ArgumentException($"{Info.Name} is a text model from a GGUF file and sees no pictures; name a checkpoint directory for them.", nameof(conversation));
        int[] ids = [.. _prompts.Build(TaskMarkup.Expand(conversation)).Ids];
        if (ids.Length >= _model.Config.MaxPositions)
            throw new ArgumentException($"The conversation takes {ids.Length} tokens; the model's context holds {_model.Config.MaxPositions} with the answer. Leave out earlier turns.", nameof(conversation));
        return _pump.Run((emit, stop) => Answer(ids, options, emit, stop), cancellation);
    }

    /// <summary>Frees the model; waits for an answer that is being made, which ends with the token it is at.</summary>
    public void Dispose() => _pump.Close(() =>
    {
        _memory.Dispose();
        _tape.Dispose();
        _model.Dispose();
        _backend.Dispose();
    });

    private void Answer(int[] ids, GenerationOptions options, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        ReadOnlyMemory<float> logits = TakeIn(ids, emit, cancellation);
        _writer.Write(new TakenPrompt(ids, 0, watch, default, watch.Elapsed), logits, options, id => _memory.Take([id]), () => new BeamStates(_model, _tape, [_memory]), emit, GoOn);

        void GoOn()
        {
            cancellation.ThrowIfCancellationRequested();
            _pump.ThrowIfClosed();
        }
    }

    // What the prompt shares with the last conversation is in the cache already.
    private ReadOnlyMemory<float> TakeIn(int[] ids, Action<AnswerUpdate> emit, CancellationToken cancellation)
    {
        PromptToken[] prompt = [.. ids.Select(id => new PromptToken(id))];
        PromptToken[] rest = prompt[_memory.Recall(prompt)..];
        return _memory.TakeIn(rest, null, 0, done => emit(new PhaseProgress(AnswerPhase.Prefill, done, rest.Length)), cancellation);
    }

    private static ModelInfo Describe(GgufTextModel model, ComputeBackend backend, CacheFormat cache, TimeSpan loadTime)
    {
        string precision = string.Join(" + ", model.Parameters.All.Where(parameter => parameter.Decays).Select(parameter => parameter.Tensor.Format).Distinct()
            .Select(format => format == WeightFormat.Float32 ? "float32" : WeightFormats.NameOf(format)));
        string heads = model.Config.QueryHeads == model.Config.KeyHeads ? $"{model.Config.QueryHeads} heads" : $"{model.Config.QueryHeads} heads over {model.Config.KeyHeads}";
        return new ModelInfo
        {
            Name = Path.GetFileNameWithoutExtension(model.Path),
            Directory = Path.GetDirectoryName(model.Path)!,
            Family = model.Config.Family,
            Parts = [new ModulePart("decoder", $"{model.Config.Family}, {model.Config.HiddenSize} wide, {model.Config.Layers} layers, {heads}", model.ParameterCount, model.Parameters.All.Sum(parameter => parameter.Tensor.Bytes), precision)],
            ContextLength = model.Config.MaxPositions,
            VocabularySize = model.Config.VocabularySize,
            Kernels = model.Decoder.Embedding.Packed == null ? backend.Name : $"{backend.Name}, {backend.PackedName}",
            KeyValueCache = ModelDescription.Cache(cache, model.Config),
            LoadTime = loadTime,
        };
    }
}

using Nunchi.Checkpoints;
using Nunchi.Generation.Prefixes;
using Nunchi.Generation.Scheduling;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Cpu;
using Nunchi.Tensors.Operators;
using Nunchi.Text;

namespace Nunchi.Generation;

/// <summary>What conversations share: weights, tokenizer, template, image processor. Freed when the last of its users has gone.</summary>
internal sealed class EngineWeights
{
    /// <summary>How long steps wait for a conversation that does something else between two of its own; longer than choosing a token takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private int _users = 1;

    private EngineWeights(string directory, EngineOptions options, ComputeBackend backend, VisionLanguageModel model)
    {
        Backend = backend;
        Model = model;
        Cache = options.Cache ?? CacheFormats.Beside(model.Decoder.Embedding.Format);
        Prompts = PromptBuilder.Load(directory);
        CheckTokenizer(directory, model.Config, Prompts);
        Processor = CheckpointImages.Load(directory, model.Config, images => Change(images, options));
        Generation = GenerationConfig.Load(directory, model.Config.Text);
        EndTokens = Generation.EndTokens(Prompts);
        Features = new ImageFeatureStore(options.FeatureBytes);
        Prefixes = options.PrefixBytes == 0 ? null : new PrefixStore(backend, model.Config.Text, Cache, options.PrefixBytes);
        Passes = options.RunsTogether ? new PassScheduler(model, new Tape(backend), Patience) : null;
        EnlargesForReading = options.EnlargeForReading ?? ReadingEnlargement.IsMadeFor(directory);
    }

    public ComputeBackend Backend { get; }

    public VisionLanguageModel Model { get; }

    /// <summary>How keys and values are kept.</summary>
    public CacheFormat Cache { get; }

    public PromptBuilder Prompts { get; }

    public ImageProcessor Processor { get; }

    public HashSet<int> EndTokens { get; }

    /// <summary>What the checkpoint says about making answers.</summary>
    public GenerationConfig Generation { get; }

    public bool EnlargesForReading { get; }

    /// <summary>Features of pictures that users have asked about.</summary>
    public ImageFeatureStore Features { get; }

    /// <summary>Keys and values of beginnings that users have taken in; null when they are not kept.</summary>
    public PrefixStore? Prefixes { get; }

    /// <summary>Runs steps of users together; null when they take turns.</summary>
    public PassScheduler? Passes { get; }

    /// <summary>How many share them.</summary>
    public int Users => Volatile.Read(ref _users);

    /// <summary>Loads a checkpoint for a first user.</summary>
    public static EngineWeights Load(string path, EngineOptions options)
    {
        ComputeBackend backend = CpuBackend.Create(new CpuOptions { Threads = options.Threads, Kernels = options.Kernels, PackedKernels = options.PackedKernels });
        VisionLanguageModel? model = null;
        try
        {
            model = CheckpointReader.Load(path, backend, new LoadOptions { Weights = options.Weights, Threads = options.Threads, Progress = options.Loading, Adapter = options.Adapter, Cancellation = options.LoadCancellation });
            WeightPlan.RoundAlike(backend, model.Decoder);
            return new EngineWeights(CheckpointPlace.Of(path).Directory, options, backend, model);
        }
        catch
        {
            model?.Dispose();
            backend.Dispose();
            throw;
        }
    }

    /// <summary>One more user.</summary>
    /// <exception cref="ObjectDisposedException">The last one has gone.</exception>
    public EngineWeights Share()
    {
        for (int users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return this;
        }
        throw new ObjectDisposedException(nameof(ChatEngine));
    }

    /// <summary>A user goes; the last one frees everything.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        Features.Dispose();
        Prefixes?.Dispose();
        Passes?.Dispose();
        Model.Dispose();
        Backend.Dispose();
    }

    private static ImageProcessorConfig Change(ImageProcessorConfig images, EngineOptions options)
    {
        if (options.MaxTiles is { } most)
            images = images with { MaxTiles = most };
        return options.GridSide is { } side && images.Layout == ImageLayout.AnyRes ? images with { Canvases = CanvasGrid.Full(images.TileSize, side) } : images;
    }

    private static void CheckTokenizer(string directory, VisionLanguageConfig config, PromptBuilder prompts)
    {
        if (prompts.Tokenizer.VocabularySize > config.Text.VocabularySize)
            throw new InvalidDataException($"{directory}: the tokenizer has {prompts.Tokenizer.VocabularySize} ids, the decoder's embedding only {config.Text.VocabularySize} rows; they belong to different models.");
        if (prompts.ImageTokenId is { } id && id != config.ImageTokenId)
            throw new InvalidDataException($"{directory}: config.json names {config.ImageTokenId} as the image token, the tokenizer's \"{prompts.ImageToken}\" is {id}.");
    }
}

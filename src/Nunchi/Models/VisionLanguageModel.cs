using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Models.Qwen;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Models;

/// <summary>
/// Image encoder, projector and text decoder (LLaVA, Liu et al. 2023; LLaVA-OneVision, Li et al. 2024): one definition for training, under a tape that records, and for inference,
/// under one that does not.
/// </summary>
public sealed class VisionLanguageModel : ITextModel, IDisposable
{
    /// <summary>Makes a model whose parameters have undefined values: fill them with <see cref="Initialise"/> or from a checkpoint.</summary>
    /// <param name="backend">Where it lies and runs; must outlive it.</param>
    /// <param name="config">Sizes and switches.</param>
    /// <exception cref="OutOfMemoryException">The parameters do not fit into memory.</exception>
    public VisionLanguageModel(ComputeBackend backend, VisionLanguageConfig config)
        : this(backend, config, new ParameterSet(backend))
    {
    }

    private VisionLanguageModel(ComputeBackend backend, VisionLanguageConfig config, ParameterSet parameters)
    {
        Backend = backend;
        Config = config;
        Parameters = parameters;
        Encoder = ImageEncoder.Create(Parameters, config.Vision, config.VisionLayersUsed);
        Projector = new Projector(Parameters, config);
        if (config.TilesPictures)
            Newline = Parameters.Vector("model.image_newline", ModelModule.Newline, config.Text.HiddenSize, ParameterStart.Newline);
        Decoder = new Decoder(backend, Parameters, config.Text);
    }

    /// <summary>The parameters that a model of a configuration has: names, shapes, modules, but no memory.</summary>
    /// <param name="config">Sizes and switches.</param>
    public static ParameterSet PlanParameters(VisionLanguageConfig config) => new VisionLanguageModel(null!, config, new ParameterSet(null)).Parameters;

    /// <summary>Where the model lies and runs.</summary>
    public ComputeBackend Backend { get; }

    /// <summary>Held while a step of inference runs, so that conversations on several threads take turns: a backend works on one thing at a time.</summary>
    internal Lock Turn { get; } = new();

    Lock ITextModel.Turn => Turn;

    TextDecoderConfig ITextModel.TextConfig => Config.Text;

    int ITextModel.ImageTokenId => Config.ImageTokenId;

    Tensor ITextModel.Embed(Tape tape, TokenBatch batch, Tensor? imageRows) => Embed(tape, batch, imageRows);

    /// <summary>Sizes and switches.</summary>
    public VisionLanguageConfig Config { get; }

    /// <summary>All parameters.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>The image encoder.</summary>
    public ImageEncoder Encoder { get; }

    /// <summary>From encoder width to decoder width.</summary>
    public Projector Projector { get; }

    /// <summary>[1, decoder width]: ends each row of image features; null in a family that has no such vector.</summary>
    public Tensor? Newline { get; }

    /// <summary>The text decoder.</summary>
    public Decoder Decoder { get; }

    /// <summary>Gives every parameter its value for training from nothing; the same seed gives the same model.</summary>
    public void Initialise(ulong seed) => ParameterInitialiser.Initialise(Parameters, Config, seed);

    /// <summary>Encodes, projects and packs pictures.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="images">The pictures; unchanged until the backward has run.</param>
    /// <returns>[image tokens, decoder width].</returns>
    /// <exception cref="ArgumentException">The batch holds no picture.</exception>
    public Tensor EncodeImages(Tape tape, ImageBatch images) => Pack(tape, ProjectCrops(tape, images), images);

    /// <summary>The first half of <see cref="EncodeImages(Tape, ImageBatch)"/>, for losses on single patches; <see cref="PackFeatures"/> is the other.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="images">The pictures; unchanged until the backward has run.</param>
    /// <returns>[crops * features per crop, decoder width].</returns>
    /// <exception cref="ArgumentException">The batch holds no picture.</exception>
    public Tensor ProjectCrops(Tape tape, ImageBatch images) => EncodeCrops(tape, images, 0, images.Crops, images.Layout);

    /// <summary>The same for inference, a few crops at a time: less memory, and something to tell in between.</summary>
    /// <param name="tape">Runs; must not record.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="cropsAtOnce">Crops that run together, at least 1.</param>
    /// <param name="encoded">Called with the number of crops done after each group; may throw to stop.</param>
    /// <returns>[image tokens, decoder width].</returns>
    /// <exception cref="ArgumentException">The batch holds no picture, or the tape records.</exception>
    public unsafe Tensor EncodeImages(Tape tape, ImageBatch images, int cropsAtOnce, Action<int>? encoded = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cropsAtOnce, 1);
        if (tape.Recording || images.Crops == 0)
            throw new ArgumentException("Crops are encoded in groups for inference only, and there must be some.", nameof(images));
        int tokens = Config.Vision.FeaturesPerCrop;
        Tensor all = tape.Rent(checked(images.Crops * tokens), Config.Text.HiddenSize); // [crops * features, decoder width]
        for (int first = 0; first < images.Crops; first += cropsAtOnce)
        {
            int count = Math.Min(cropsAtOnce, images.Crops - first);
            EncodeGroup(tape, images, all, first, count);
            encoded?.Invoke(first + count);
        }
        lock (Turn)
            return Pack(tape, all, images);
    }

    private unsafe void EncodeGroup(Tape tape, ImageBatch images, Tensor all, int first, int count)
    {
        int tokens = Config.Vision.FeaturesPerCrop;
        using SegmentLayout layout = SegmentLayout.Uniform(count, Config.Vision.Tokens);
        lock (Turn)
        {
            Tensor projected = EncodeCrops(tape, images, first, count, layout);
            Backend.Copy(projected.Data, all.Data + ((long)first * tokens * all.Columns), projected.Count);
            tape.Release(projected);
        }
    }

    /// <summary>Packs features of crops: unpadding, shrinking and newline rows as in <see cref="EncodeImages(Tape, ImageBatch)"/>.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="features">[crops * features per crop, decoder width], rented from the tape; released.</param>
    /// <param name="images">The pictures; unchanged until the backward has run.</param>
    /// <returns>[image tokens, decoder width].</returns>
    /// <exception cref="ArgumentException">The rows do not match the crops.</exception>
    public Tensor PackFeatures(Tape tape, Tensor features, ImageBatch images)
    {
        if (features.Rows != images.Crops * Config.Vision.FeaturesPerCrop || features.Columns != Config.Text.HiddenSize)
            throw new ArgumentException($"The features are {features}; {images.Crops} crops need {images.Crops * Config.Vision.FeaturesPerCrop} rows of {Config.Text.HiddenSize}.", nameof(features));
        return Pack(tape, features, images);
    }

    /// <summary>Runs token sequences, image features in their places, through the decoder's layers.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="batch">The sequences; unchanged until the backward has run.</param>
    /// <param name="imageRows">[image tokens, decoder width] for the batch's image tokens in order; null when it has none.</param>
    /// <param name="cache">Keys and values of the tokens before; null for whole sequences.</param>
    /// <param name="observer">Is shown queries and keys of every layer of the decoder; null for nobody.</param>
    /// <returns>[rows, decoder width] for <see cref="Logits"/>.</returns>
    /// <exception cref="ArgumentException">The image tokens do not match the feature rows, or a sequence is too long.</exception>
    public Tensor Forward(Tape tape, TokenBatch batch, Tensor? imageRows = null, KeyValueCache? cache = null, IAttentionObserver? observer = null)
    {
        Tensor x = Embed(tape, batch, imageRows); // [rows, decoder width]
        return Decoder.Forward(tape, x, batch.Positions, batch.Segments, cache, observer);
    }

    /// <summary>Logits of chosen rows.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="hidden">[rows, decoder width] from <see cref="Forward"/>.</param>
    /// <param name="rows">Which rows; null for all. Unchanged until the backward has run.</param>
    /// <returns>[chosen rows, vocabulary].</returns>
    public Tensor Logits(Tape tape, Tensor hidden, IndexBuffer? rows = null) => Decoder.Logits(tape, hidden, rows);

    /// <summary>Frees the parameters.</summary>
    public void Dispose()
    {
        Encoder.Dispose();
        Decoder.Dispose();
        Parameters.Dispose();
    }

    private Tensor EncodeCrops(Tape tape, ImageBatch images, int first, int count, SegmentLayout layout)
    {
        Tensor patches = images.Patches(tape, first, count); // [crops * tokens, 3 patch^2]
        Tensor features = Encoder.Forward(tape, patches, layout); // [crops * features, encoder width]
        tape.Release(patches);
        Tensor projected = Projector.Forward(tape, features);
        tape.Release(features);
        return projected;
    }

    // Without a newline vector every feature row is an image token as it is.
    private Tensor Pack(Tape tape, Tensor projected, ImageBatch images)
    {
        if (Newline == null)
            return projected;
        Tensor packed = FeaturePacker.Pack(tape, projected, Newline, images); // [image tokens, decoder width]
        tape.Release(projected);
        return packed;
    }

    /// <summary>[rows, decoder width]: the tokens' embeddings, image features in their places.</summary>
    private Tensor Embed(Tape tape, TokenBatch batch, Tensor? imageRows)
    {
        int available = imageRows?.Rows ?? 0, wanted = batch.ImageTokens;
        if (wanted == 0)
            return Rows.Gather(tape, Decoder.Embedding, batch.Ids);
        if (imageRows == null || batch.ImageRows[^1] >= available)
            throw new ArgumentException($"The tokens hold places for {batch.ImageRows[^1] + 1} image features, the pictures give {available}.", nameof(imageRows));
        if (batch.TextIds.Count == 0)
            return Rows.Gather(tape, imageRows, batch.ImageRows);
        Tensor image = batch.TakesAllImageRows(available) ? imageRows : Rows.Gather(tape, imageRows, batch.ImageRows);
        Tensor text = Rows.Gather(tape, Decoder.Embedding, batch.TextIds);
        Tensor both = Rows.Concatenate(tape, text, image);
        tape.Release(text);
        if (image != imageRows)
            tape.Release(image);
        batch.BuildMerge();
        Tensor merged = Rows.Gather(tape, both, batch.Merge);
        tape.Release(both);
        return merged;
    }
}

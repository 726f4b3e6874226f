using Nunchi.Generation;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Models.Qwen;

/// <summary>
/// A text decoder of the Llama kind (Touvron et al. 2023; Qwen2 and Qwen3 technical reports): token embedding, pre-norm layers of rotary
/// grouped-query attention and SwiGLU, final RMSNorm, head. Sequences of any lengths are packed below each other without padding.
/// </summary>
public sealed unsafe class Decoder : IDisposable
{
    private const int FirstPositions = 2048;
    private readonly ComputeBackend _backend;
    private readonly DecoderLayer[] _layers;
    private readonly Tensor _finalNorm;
    private readonly List<RotaryTable> _rotary = [];

    internal Decoder(ComputeBackend backend, ParameterSet parameters, TextDecoderConfig config, string prefix = "model.language_model.", string headName = "lm_head.weight")
    {
        const ModelModule Module = ModelModule.Decoder;
        _backend = backend;
        Config = config;
        Embedding = parameters.Matrix(prefix + "embed_tokens.weight", Module, config.VocabularySize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => new DecoderLayer(parameters, config, i, $"{prefix}layers.{i}."))];
        _finalNorm = parameters.Vector(prefix + "norm.weight", Module, config.HiddenSize, ParameterStart.Ones);
        Head = config.TieWordEmbeddings ? Embedding : parameters.Matrix(headName, Module, config.VocabularySize, config.HiddenSize);
    }

    /// <summary>Sizes and switches.</summary>
    public TextDecoderConfig Config { get; }

    /// <summary>[vocabulary, width].</summary>
    public Tensor Embedding { get; }

    /// <summary>[vocabulary, width]; the same tensor as <see cref="Embedding"/> when the two are tied.</summary>
    public Tensor Head { get; }

    /// <summary>
    /// The rotary frequencies are rounded to bfloat16, as in a PyTorch model that was cast as a whole (<c>model.to(torch.bfloat16)</c>). A model that
    /// <c>from_pretrained</c> loads keeps them in float32, so no file says this: it serves to reproduce numbers that were made that way.
    /// </summary>
    internal bool RoundsRotaryFrequencies
    {
        get;
        set
        {
            field = value;
            Dispose();
            _rotary.Clear();
        }
    }

    /// <summary>Runs the layers.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="x">[rows, width] embedded tokens; released when the layers no longer need it.</param>
    /// <param name="positions">[rows] place of each token in its sequence; kept alive by the caller until the backward has run.</param>
    /// <param name="segments">The sequences; with a cache one segment whose keys are those in the cache after this call.</param>
    /// <param name="cache">Keys and values of earlier tokens, to which these are appended; null when the rows are whole sequences. Not while recording.</param>
    /// <param name="observer">Is shown queries and keys of every layer; null for nobody.</param>
    /// <returns>[rows, width] before the final norm.</returns>
    /// <exception cref="ArgumentException">A position lies beyond the longest sequence, the cache is too small, or the tape records with a cache.</exception>
    public Tensor Forward(Tape tape, Tensor x, IndexBuffer positions, SegmentLayout segments, KeyValueCache? cache = null, IAttentionObserver? observer = null) =>
        Run(tape, x, positions, segments, cache == null ? null : [cache], observer);

    /// <summary>Runs the layers for several sequences at once that each go on from a cache of its own.</summary>
    /// <param name="tape">Runs; must not record.</param>
    /// <param name="x">[rows, width] embedded tokens; released when the layers no longer need it.</param>
    /// <param name="positions">[rows] place of each token in its sequence.</param>
    /// <param name="segments">The sequences; the keys of each are those in its cache after this call.</param>
    /// <param name="caches">A cache for each sequence, to which its new keys and values are appended once all layers have run.</param>
    /// <returns>[rows, width] before the final norm; a row's bits do not depend on the other sequences.</returns>
    /// <exception cref="ArgumentException">A position lies beyond the longest sequence, there are not as many caches as sequences, or the tape records.</exception>
    public Tensor Continue(Tape tape, Tensor x, IndexBuffer positions, SegmentLayout segments, IReadOnlyList<KeyValueCache> caches) => Run(tape, x, positions, segments, caches, null);

    private Tensor Run(Tape tape, Tensor x, IndexBuffer positions, SegmentLayout segments, IReadOnlyList<KeyValueCache>? caches, IAttentionObserver? observer)
    {
        if (caches != null && tape.Recording)
            throw new ArgumentException("A key/value cache serves inference; turn the tape's recording off.", nameof(caches));
        if (caches != null && caches.Count != segments.Segments)
            throw new ArgumentException($"{segments.Segments} sequences go on from {caches.Count} caches; each needs one.", nameof(caches));
        RotaryTable rotary = Rotary(positions);
        for (int s = 0; s < caches?.Count; s++)
            caches[s].Reserve(segments.QueryStarts[s + 1] - segments.QueryStarts[s]);
        foreach (DecoderLayer layer in _layers)
        {
            Tensor next = layer.Forward(tape, x, positions, segments, rotary, caches, observer);
            tape.Release(x);
            x = next;
        }
        for (int s = 0; s < caches?.Count; s++)
            caches[s].Advance(segments.QueryStarts[s + 1] - segments.QueryStarts[s]);
        return x;
    }

    /// <summary>Final norm and head on chosen rows.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="hidden">[rows, width] from <see cref="Forward"/>.</param>
    /// <param name="rows">Which rows; null for all. Kept alive by the caller until the backward has run.</param>
    /// <returns>[chosen rows, vocabulary] logits.</returns>
    public Tensor Logits(Tape tape, Tensor hidden, IndexBuffer? rows = null)
    {
        Tensor normed = FinalNorm(tape, hidden, rows);
        Tensor logits = Linear.Apply(tape, normed, Head);
        tape.Release(normed);
        return logits;
    }

    /// <summary>Final norm on chosen rows: the last hidden states.</summary>
    /// <returns>[chosen rows, width].</returns>
    public Tensor FinalNorm(Tape tape, Tensor hidden, IndexBuffer? rows = null)
    {
        Tensor chosen = rows == null ? hidden : Rows.Gather(tape, hidden, rows);
        Tensor normed = RmsNorm.Apply(tape, chosen, _finalNorm, (float)Config.RmsNormEpsilon);
        if (rows != null)
            tape.Release(chosen);
        return normed;
    }

    /// <summary>Frees the rotary tables; parameters belong to the set they were made in.</summary>
    public void Dispose() => _rotary.ForEach(table => table.Dispose());

    private RotaryTable Table(int positions)
    {
        var (frequencies, attention) = RotaryFrequencies.Of(Config);
        if (RoundsRotaryFrequencies)
        {
            ushort[] rounded = new ushort[frequencies.Length];
            FloatConversion.ToBFloat16(frequencies, rounded);
            FloatConversion.FromBFloat16(rounded, frequencies);
        }
        var table = new RotaryTable(_backend, positions, frequencies);
        if (attention != 1)
        {
            _backend.Scale(table.Cosines.Data, attention, table.Cosines.Count);
            _backend.Scale(table.Sines.Data, attention, table.Sines.Count);
        }
        return table;
    }

    // Grows by doubling; tables that a recorded backward may still read stay until the decoder goes.
    private RotaryTable Rotary(IndexBuffer positions)
    {
        int longest = 0;
        foreach (int position in positions.Span)
            longest = Math.Max(longest, position + 1);
        if (longest > Config.MaxPositions)
            throw new ArgumentException($"Position {longest - 1} lies beyond the model's longest sequence of {Config.MaxPositions} tokens.", nameof(positions));
        lock (_rotary)
        {
            int have = _rotary.Count == 0 ? 0 : _rotary[^1].Cosines.Rows;
            if (have < longest)
                _rotary.Add(Table(Math.Min(Config.MaxPositions, Math.Max(longest, Math.Max(FirstPositions, 2 * have)))));
            return _rotary[^1];
        }
    }
}

using Nunchi.Generation;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Gguf;

/// <summary>Runs a text model over a prompt and then token by token, with a cache. Not thread-safe.</summary>
public sealed class GgufGenerator : IDisposable
{
    private const int Chunk = 512;
    private readonly GgufTextModel _model;
    private readonly Tape _tape;
    private readonly KeyValueCache _cache;
    private readonly TokenBatch _batch = new(imageTokenId: -1);
    private readonly float[] _logits;

    /// <summary>A generator with an empty cache.</summary>
    /// <param name="model">The model; must outlive it.</param>
    /// <param name="backend">Where the model lies.</param>
    /// <param name="cache">How keys and values are kept.</param>
    public GgufGenerator(GgufTextModel model, ComputeBackend backend, CacheFormat cache = CacheFormat.Float32)
    {
        _model = model;
        _tape = new Tape(backend);
        _cache = new KeyValueCache(backend, model.Config, format: cache);
        _logits = new float[model.Config.VocabularySize];
    }

    /// <summary>Tokens in the cache.</summary>
    public int Length => _cache.Length;

    /// <summary>Forgets all tokens from a place on.</summary>
    /// <param name="length">Tokens to keep, 0..<see cref="Length"/>.</param>
    public void Truncate(int length) => _cache.Truncate(length);

    /// <summary>Takes in tokens behind those in the cache.</summary>
    /// <param name="ids">The tokens; at least one.</param>
    /// <param name="done">Called after each piece with the number of these tokens taken in.</param>
    /// <param name="cancellation">Asked before each piece.</param>
    /// <returns>[vocabulary] logits after the last token; overwritten by the next call.</returns>
    /// <exception cref="ArgumentException">There is no token, an id is none of the model's, or they do not fit the context.</exception>
    public ReadOnlySpan<float> Take(scoped ReadOnlySpan<int> ids, Action<int>? done = null, CancellationToken cancellation = default)
    {
        if (ids.Length == 0 || Length + ids.Length > _model.Config.MaxPositions)
            throw new ArgumentException($"{Length + ids.Length} tokens were given; the model's context holds 1 to {_model.Config.MaxPositions}.", nameof(ids));
        _cache.Reserve(ids.Length);
        for (int first = 0; first < ids.Length; first += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<int> piece = ids.Slice(first, Math.Min(Chunk, ids.Length - first));
            Run(piece, wanted: first + piece.Length == ids.Length);
            done?.Invoke(first + piece.Length);
        }
        return _logits;
    }

    /// <summary>Frees cache and buffers.</summary>
    public void Dispose()
    {
        _cache.Dispose();
        _batch.Dispose();
        _tape.Dispose();
    }

    private void Run(scoped ReadOnlySpan<int> piece, bool wanted)
    {
        _batch.Clear();
        _batch.AddAfter(piece, Length, 0);
        try
        {
            Tensor x = Rows.Gather(_tape, _model.Decoder.Embedding, _batch.Ids); // [rows, width]
            Tensor hidden = _model.Decoder.Forward(_tape, x, _batch.Positions, _batch.Segments, _cache);
            if (!wanted)
                return;
            using var last = new IndexBuffer([hidden.Rows - 1]);
            _model.Decoder.Logits(_tape, hidden, last).Span.CopyTo(_logits);
        }
        finally
        {
            _tape.Reset();
        }
    }
}

using Nunchi.Generation.Prefixes;
using Nunchi.Generation.Scheduling;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;

namespace Nunchi.Generation;

/// <summary>Takes a prompt into the cache in pieces and then one token at a time, giving the logits for the next. Not thread-safe.</summary>
public sealed class Generator : IDisposable
{
    private readonly ITextModel _model;
    private readonly Tape _tape;
    private readonly PassScheduler? _passes;
    private readonly KeyValueCache _cache;
    private readonly SequencePart _prompt;
    private readonly SequencePart _text;

    /// <summary>A generator with an empty cache.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tape">Runs; must not record. It is reset after every step.</param>
    /// <param name="chunk">Prompt tokens that run together, at least 1: more is faster up to some hundreds and takes more memory.</param>
    /// <param name="cache">How keys and values are kept.</param>
    public Generator(VisionLanguageModel model, Tape tape, int chunk = 512, CacheFormat cache = CacheFormat.Float32)
        : this(model, tape, null, chunk, cache)
    {
    }

    internal Generator(ITextModel model, Tape tape, PassScheduler? passes, int chunk, CacheFormat cache)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunk, 1);
        _model = model;
        _tape = tape;
        _passes = passes;
        _cache = new KeyValueCache(model.Backend, model.TextConfig, format: cache);
        _prompt = new SequencePart(_cache, model.ImageTokenId);
        _text = new SequencePart(_cache, imageTokenId: -1);
        Chunk = chunk;
    }

    /// <summary>Prompt tokens that run together.</summary>
    public int Chunk { get; }

    /// <summary>Bytes of keys and values that one token takes.</summary>
    public long BytesPerToken => _cache.BytesPerToken;

    /// <summary>Tokens in the cache.</summary>
    public int Length => _cache.Length;

    /// <summary>Forgets all tokens from a place on.</summary>
    /// <param name="length">Tokens to keep, 0..<see cref="Length"/>.</param>
    public void Truncate(int length) => _cache.Truncate(length);

    /// <summary>Takes in prompt tokens behind those in the cache.</summary>
    /// <param name="ids">The tokens, image tokens repeated as often as the picture has feature rows; at least one.</param>
    /// <param name="imageRows">[image tokens, decoder width] of all pictures of the sequence in order; null when there are none.</param>
    /// <param name="imageRowsBefore">Image tokens that are in the cache already.</param>
    /// <param name="done">Called after each piece with the number of these tokens taken in.</param>
    /// <param name="cancellation">Asked before each piece; tokens taken in until then stay in the cache.</param>
    /// <returns>[vocabulary] logits after the last token; overwritten by the next call.</returns>
    /// <exception cref="ArgumentException">There is no token, too many for the model's positions, or more image tokens than feature rows.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ReadOnlyMemory<float> Prefill(ReadOnlySpan<int> ids, Tensor? imageRows = null, int imageRowsBefore = 0, Action<int>? done = null, CancellationToken cancellation = default)
    {
        if (ids.Length == 0)
            throw new ArgumentException("There is no token to take in.", nameof(ids));
        if (Length + ids.Length > _model.TextConfig.MaxPositions)
            throw new ArgumentException($"{Length + ids.Length} tokens do not fit the model's context of {_model.TextConfig.MaxPositions}.", nameof(ids));
        _cache.Reserve(ids.Length);
        for (int first = 0; first < ids.Length; first += _prompt.Taken)
        {
            cancellation.ThrowIfCancellationRequested();
            _prompt.Ask(ids[first..], imageRows, imageRowsBefore, Chunk);
            Run(_prompt, cancellation);
            imageRowsBefore += _prompt.Batch.ImageTokens;
            done?.Invoke(first + _prompt.Taken);
        }
        return _prompt.Logits;
    }

    /// <summary>What it holds.</summary>
    internal KeyValueCache Cache => _cache;

    /// <summary>Takes over what is known of a beginning, behind the tokens that are in the cache already.</summary>
    internal void Restore(PrefixStore prefixes, ReadOnlySpan<PromptToken> tokens) => prefixes.Restore(tokens, _cache);

    /// <summary>Pretends that tokens were taken in: for measuring.</summary>
    internal void Assume(int tokens) => _cache.Assume(tokens);

    /// <summary>Takes in prompt tokens in one piece and gives the logits after each: for comparisons.</summary>
    /// <returns>[ids, vocabulary].</returns>
    internal float[] PrefillAll(ReadOnlySpan<int> ids, Tensor? imageRows, int imageRowsBefore)
    {
        _prompt.Batch.Clear();
        _prompt.Batch.AddAfter(ids, Length, imageRowsBefore);
        try
        {
            return _model.Logits(_tape, _model.Forward(_tape, _prompt.Batch, imageRows, _cache)).Span.ToArray();
        }
        finally
        {
            _tape.Reset();
        }
    }

    /// <summary>Takes in one generated token; an image token's id counts as text here.</summary>
    /// <returns>[vocabulary] logits after it; overwritten by the next call.</returns>
    /// <exception cref="ArgumentException">The model's context is full, or the id is none of the model's.</exception>
    public ReadOnlySpan<float> Step(int id)
    {
        if (Length + 1 > _model.TextConfig.MaxPositions)
            throw new ArgumentException($"The model's context of {_model.TextConfig.MaxPositions} tokens is full.", nameof(id));
        return Extend([id]).Span;
    }

    /// <summary>Takes in tokens of an answer in one pass; image tokens' ids count as text here.</summary>
    /// <param name="ids">The tokens, at least one.</param>
    /// <returns>[ids, vocabulary] logits after each; overwritten by the next call.</returns>
    /// <exception cref="ArgumentException">There is no token, they do not fit the model's context, or an id is none of the model's.</exception>
    public ReadOnlyMemory<float> Extend(ReadOnlySpan<int> ids)
    {
        if (ids.Length == 0 || Length + ids.Length > _model.TextConfig.MaxPositions)
            throw new ArgumentException($"{ids.Length} tokens behind {Length} do not fit the model's context of {_model.TextConfig.MaxPositions}; one at least is needed.", nameof(ids));
        _cache.Reserve(ids.Length);
        _text.Ask(ids);
        Run(_text, default);
        return _text.Logits;
    }

    /// <summary>Frees cache and buffers.</summary>
    public void Dispose()
    {
        _cache.Dispose();
        _prompt.Dispose();
        _text.Dispose();
    }

    private void Run(SequencePart part, CancellationToken cancellation)
    {
        if (_passes != null)
        {
            _passes.Run(part, cancellation);
            return;
        }
        part.Take(part.Most);
        lock (_model.Turn)
            Pass.Run(_model, _tape, [part]);
    }
}

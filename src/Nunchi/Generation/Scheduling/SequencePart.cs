using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Generation.Scheduling;

/// <summary>What one sequence takes in with the next pass: the beginning of what it asks for. Its memory is kept from pass to pass.</summary>
/// <param name="cache">Where the sequence goes on.</param>
/// <param name="imageTokenId">The id whose places take image features.</param>
internal sealed class SequencePart(KeyValueCache cache, int imageTokenId) : IDisposable
{
    private int[] _ids = [];
    private int _asked;
    private int _imageRowsBefore;
    private float[] _logits = [];
    private int _logitCount;

    /// <summary>Where the sequence goes on.</summary>
    public KeyValueCache Cache => cache;

    /// <summary>What is taken in.</summary>
    public TokenBatch Batch { get; } = new(imageTokenId);

    /// <summary>[image tokens, decoder width] of all its pictures.</summary>
    public Tensor? ImageRows { get; private set; }

    /// <summary>Whether it is a prompt, which may be taken in pieces and whose last logits alone are wanted; else tokens of an answer, which all give logits.</summary>
    public bool IsPrompt { get; private set; }

    /// <summary>Most tokens that it takes in with one pass.</summary>
    public int Most { get; private set; }

    /// <summary>Tokens that are taken in.</summary>
    public int Taken { get; private set; }

    /// <summary>Rows, the last ones, whose logits are wanted.</summary>
    public int Wanted => !IsPrompt ? Taken : Taken == _asked ? 1 : 0;

    /// <summary>[<see cref="Wanted"/>, vocabulary] after the pass.</summary>
    public ReadOnlyMemory<float> Logits => _logits.AsMemory(0, _logitCount);

    /// <summary>Asks to take in a prompt.</summary>
    public void Ask(ReadOnlySpan<int> prompt, Tensor? imageRows, int imageRowsBefore, int most)
    {
        Copy(prompt);
        (ImageRows, _imageRowsBefore, IsPrompt, Most) = (imageRows, imageRowsBefore, true, Math.Min(most, prompt.Length));
    }

    /// <summary>Asks to take in tokens of an answer.</summary>
    public void Ask(ReadOnlySpan<int> answer)
    {
        Copy(answer);
        (ImageRows, _imageRowsBefore, IsPrompt, Most) = (null, 0, false, answer.Length);
    }

    /// <summary>Says how many of the tokens the next pass takes in.</summary>
    public void Take(int count)
    {
        Taken = count;
        Batch.Clear();
        Batch.AddAfter(_ids.AsSpan(0, count), cache.Length, _imageRowsBefore);
    }

    /// <summary>Keeps the logits of a pass.</summary>
    public void Give(ReadOnlySpan<float> logits)
    {
        if (_logits.Length < logits.Length)
            _logits = new float[logits.Length];
        logits.CopyTo(_logits);
        _logitCount = logits.Length;
    }

    public void Dispose() => Batch.Dispose();

    private void Copy(ReadOnlySpan<int> ids)
    {
        if (_ids.Length < ids.Length)
            _ids = new int[ids.Length];
        ids.CopyTo(_ids);
        _asked = ids.Length;
    }
}

using System.Runtime.InteropServices;
using Nunchi.Generation.Drafting;
using Nunchi.Generation.Prefixes;
using Nunchi.Tensors;

namespace Nunchi.Generation;

/// <summary>What the decoder has taken in of a conversation: a generator's cache, and which tokens and pictures stand in it.</summary>
/// <param name="generator">Disposed with it.</param>
/// <param name="prefixes">Beginnings of other conversations; null without.</param>
internal sealed class ConversationMemory(Generator generator, PrefixStore? prefixes) : IDraftTarget, IDisposable
{
    private readonly List<PromptToken> _tokens = [];

    /// <summary>Keys and values of what was taken in.</summary>
    public KeyValueCache Cache => generator.Cache;

    /// <summary>Keeps what a new prompt begins with, whether this conversation or another one took it in, and forgets the rest.</summary>
    /// <returns>Tokens of the prompt that need not be taken in again: never all, for the last one gives the logits.</returns>
    public int Recall(ReadOnlySpan<PromptToken> prompt)
    {
        int own = CollectionsMarshal.AsSpan(_tokens).CommonPrefixLength(prompt[..^1]);
        // A few tokens that an answer and its text in the next prompt do not share are not worth keeping.
        if (_tokens.Count - own >= PrefixStore.BlockTokens)
            Remember();
        Keep(own);
        if (prefixes != null)
            generator.Restore(prefixes, prompt[..^1]);
        _tokens.AddRange(prompt[own..generator.Length]);
        return generator.Length;
    }

    /// <summary>Gives other conversations what this one has taken in.</summary>
    public void Remember() => prefixes?.Add(CollectionsMarshal.AsSpan(_tokens), generator.Cache);

    /// <summary>Takes in the rest of a prompt behind what was recalled.</summary>
    /// <param name="prompt">The rest.</param>
    /// <param name="imageRows">[image tokens, decoder width] of pictures; null when no image token is left.</param>
    /// <param name="imageRowsBefore">How many of these rows stand in what was recalled.</param>
    /// <param name="done">Told how many tokens are taken in.</param>
    /// <param name="cancellation">Stops it; what was recalled stays.</param>
    /// <returns>[vocabulary] logits after the last token.</returns>
    public ReadOnlyMemory<float> TakeIn(ReadOnlySpan<PromptToken> prompt, Tensor? imageRows, int imageRowsBefore, Action<int> done, CancellationToken cancellation)
    {
        int[] ids = new int[prompt.Length];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = prompt[i].Id;
        try
        {
            ReadOnlyMemory<float> logits = generator.Prefill(ids, imageRows, imageRowsBefore, done, cancellation);
            _tokens.AddRange(prompt);
            return logits;
        }
        catch
        {
            generator.Truncate(_tokens.Count);
            throw;
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<float> Take(ReadOnlySpan<int> ids)
    {
        ReadOnlyMemory<float> logits = generator.Extend(ids);
        Add(ids);
        return logits;
    }

    /// <inheritdoc/>
    public void Withdraw(int tokens) => Keep(_tokens.Count - tokens);

    /// <summary>Takes over tokens that another cache took in behind the same ones.</summary>
    public void Append(ReadOnlySpan<int> ids, KeyValueCache source)
    {
        generator.Cache.Append(source, _tokens.Count, ids.Length);
        Add(ids);
    }

    public void Dispose() => generator.Dispose();

    private void Add(ReadOnlySpan<int> ids)
    {
        foreach (int id in ids)
            _tokens.Add(new PromptToken(id));
    }

    private void Keep(int length)
    {
        generator.Truncate(length);
        _tokens.RemoveRange(length, _tokens.Count - length);
    }
}

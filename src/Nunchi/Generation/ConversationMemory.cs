using Nunchi.Generation.Drafting;
using Nunchi.Tensors;

namespace Nunchi.Generation;

/// <summary>What the decoder has taken in of a conversation: a generator's cache, and which tokens and pictures stand in it.</summary>
internal sealed class ConversationMemory(Generator generator) : IDraftTarget, IDisposable
{
    private readonly CachedConversation _cached = new();

    /// <summary>Tokens at the beginning of a prompt that need not be taken in again.</summary>
    public int Shared(ChatRequest request, IReadOnlyList<ImageKey> images) => _cached.Shared(request.Ids, request.ImageStarts, images);

    /// <summary>Takes in a prompt behind what is shared; what stood there is forgotten.</summary>
    /// <param name="request">The prompt.</param>
    /// <param name="images">Its pictures.</param>
    /// <param name="shared">Tokens that stay.</param>
    /// <param name="imageToken">The id whose places take features.</param>
    /// <param name="rows">[image tokens, decoder width] of all its pictures; null without any.</param>
    /// <param name="done">Told how many of the other tokens are taken in.</param>
    /// <param name="cancellation">Stops it; what is shared stays.</param>
    /// <returns>[vocabulary] logits after the last token.</returns>
    public ReadOnlySpan<float> TakeIn(ChatRequest request, IReadOnlyList<ImageKey> images, int shared, int imageToken, Tensor? rows, Action<int> done, CancellationToken cancellation)
    {
        Keep(shared);
        int imageRowsBefore = request.Ids.AsSpan(0, shared).Count(imageToken);
        try
        {
            ReadOnlySpan<float> logits = generator.Prefill(request.Ids.AsSpan(shared), request.ImageTokens == 0 ? null : rows, imageRowsBefore, done, cancellation);
            _cached.Add(request.Ids.AsSpan(shared));
            for (int i = 0; i < images.Count; i++)
                _cached.AddImage(request.ImageStarts[i], images[i]);
            return logits;
        }
        catch
        {
            generator.Truncate(shared);
            throw;
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<float> Take(ReadOnlySpan<int> ids)
    {
        ReadOnlyMemory<float> logits = generator.Extend(ids);
        _cached.Add(ids);
        return logits;
    }

    /// <inheritdoc/>
    public void Withdraw(int tokens) => Keep(generator.Length - tokens);

    public void Dispose() => generator.Dispose();

    private void Keep(int length)
    {
        generator.Truncate(length);
        _cached.Keep(length);
    }
}

using Nunchi.Tensors;

namespace Nunchi.Models;

/// <summary>
/// Token sequences of any lengths, packed below each other without padding, positions starting anew in each. Places that hold the image token take the
/// rows of image features, in order. Refilled for every step; its memory is kept.
/// </summary>
public sealed class TokenBatch : IDisposable
{
    private readonly int _imageTokenId;

    /// <summary>An empty batch.</summary>
    /// <param name="imageTokenId">The id whose places take image features.</param>
    public TokenBatch(int imageTokenId) => _imageTokenId = imageTokenId;

    /// <summary>[rows] ids of all sequences.</summary>
    public IndexBuffer Ids { get; } = new();

    /// <summary>[rows] place of each token in its sequence.</summary>
    public IndexBuffer Positions { get; } = new();

    /// <summary>The sequences.</summary>
    public SegmentLayout Segments { get; } = new();

    /// <summary>Tokens of all sequences.</summary>
    public int Rows => Ids.Count;

    /// <summary>Image tokens among them.</summary>
    public int ImageTokens => ImageRows.Count;

    internal IndexBuffer TextIds { get; } = new();

    internal IndexBuffer ImageRows { get; } = new();

    internal IndexBuffer Merge { get; } = new();

    internal bool TakesAllImageRows(int available) => ImageRows.Count == available && (available == 0 || ImageRows[0] == 0);

    /// <summary>Forgets all sequences.</summary>
    public void Clear()
    {
        Ids.Clear();
        Positions.Clear();
        Segments.Clear();
        TextIds.Clear();
        ImageRows.Clear();
    }

    /// <summary>Appends a whole sequence.</summary>
    /// <param name="ids">Its tokens, image tokens repeated as often as the picture has feature rows.</param>
    /// <exception cref="ArgumentException">There is no token.</exception>
    public void Add(ReadOnlySpan<int> ids)
    {
        Segments.Add(ids.Length);
        Append(ids, 0, NextImageRow);
    }

    /// <summary>Appends a sequence that goes on in several ways: a beginning that all of them see, then branches of which none sees another. Positions of each go on from the beginning's.</summary>
    /// <param name="ids">The beginning's tokens, then those of each branch.</param>
    /// <param name="shared">Tokens of the beginning, at least one.</param>
    /// <param name="branches">Tokens of each branch, in order.</param>
    /// <exception cref="ArgumentException">The numbers do not add up, or a branch is empty.</exception>
    public void AddBranched(ReadOnlySpan<int> ids, int shared, ReadOnlySpan<int> branches)
    {
        int total = shared;
        foreach (int branch in branches)
            total += branch;
        if (total != ids.Length)
            throw new ArgumentException($"A beginning of {shared} tokens and branches of {total - shared} are not the {ids.Length} tokens that came.");
        Segments.AddBranched(shared, branches);
        Append(ids[..shared], 0, NextImageRow);
        int start = shared;
        foreach (int branch in branches)
        {
            Append(ids.Slice(start, branch), shared, NextImageRow);
            start += branch;
        }
    }

    /// <summary>Appends the next tokens of a sequence whose beginning is in a cache; it must be the batch's only one.</summary>
    /// <param name="ids">The next tokens.</param>
    /// <param name="cached">Tokens before them, all in the cache.</param>
    /// <param name="imageRowsBefore">Image tokens among those.</param>
    /// <exception cref="ArgumentException">There is no token, or the batch holds another sequence.</exception>
    public void AddAfter(ReadOnlySpan<int> ids, int cached, int imageRowsBefore)
    {
        if (Rows > 0)
            throw new ArgumentException("A sequence that goes on from a cache must be alone in its batch.");
        Segments.Add(ids.Length, 0, cached + ids.Length);
        Append(ids, cached, imageRowsBefore);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Segments.Dispose();
        foreach (IndexBuffer buffer in (ReadOnlySpan<IndexBuffer>)[Ids, Positions, TextIds, ImageRows, Merge])
            buffer.Dispose();
    }

    /// <summary>For each row its place in (text rows, then image rows).</summary>
    internal void BuildMerge()
    {
        Merge.Clear();
        int text = 0, image = TextIds.Count;
        foreach (int id in Ids.Span)
            Merge.Add(id == _imageTokenId ? image++ : text++);
    }

    private int NextImageRow => ImageRows.Count == 0 ? 0 : ImageRows[^1] + 1;

    private void Append(ReadOnlySpan<int> ids, int position, int imageRow)
    {
        Ids.AddRange(ids);
        foreach (int id in ids)
        {
            Positions.Add(position++);
            if (id == _imageTokenId)
                ImageRows.Add(imageRow++);
            else
                TextIds.Add(id);
        }
    }
}

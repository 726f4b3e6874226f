namespace Nunchi.Generation;

/// <summary>What the key/value cache holds, so that the next turn takes in only what is new.</summary>
internal sealed class CachedConversation
{
    private readonly List<int> _ids = [];
    private readonly List<(int Start, ImageKey Key)> _images = [];

    /// <summary>Tokens at the beginning of a new prompt that the cache holds already, never all of them: the last one gives the logits.</summary>
    public int Shared(ReadOnlySpan<int> ids, IReadOnlyList<int> imageStarts, IReadOnlyList<ImageKey> images)
    {
        int most = Math.Min(_ids.Count, ids.Length - 1), shared = 0;
        while (shared < most && _ids[shared] == ids[shared])
            shared++;
        for (int i = 0; i < images.Count && imageStarts[i] < shared; i++)
        {
            if (i >= _images.Count || _images[i] != (imageStarts[i], images[i]))
                return imageStarts[i];
        }
        return shared;
    }

    public void Keep(int length)
    {
        _ids.RemoveRange(length, _ids.Count - length);
        _images.RemoveAll(image => image.Start >= length);
    }

    public void Add(ReadOnlySpan<int> ids) => _ids.AddRange(ids);

    public void AddImage(int start, ImageKey key)
    {
        if (_images.Count == 0 || _images[^1].Start < start)
            _images.Add((start, key));
    }
}

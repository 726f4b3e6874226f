namespace Nunchi.Generation;

/// <summary>Which tokens a key/value cache holds, so that the next turn takes in only what is new.</summary>
internal sealed class CachedConversation
{
    private readonly List<int> _ids = [];

    /// <summary>Tokens at the beginning of a new prompt that the cache holds already, never all of them: the last one gives the logits.</summary>
    public int Shared(ReadOnlySpan<int> ids)
    {
        int most = Math.Min(_ids.Count, ids.Length - 1), shared = 0;
        while (shared < most && _ids[shared] == ids[shared])
            shared++;
        return shared;
    }

    public void Keep(int length) => _ids.RemoveRange(length, _ids.Count - length);

    public void Add(ReadOnlySpan<int> ids) => _ids.AddRange(ids);
}

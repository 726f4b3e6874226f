namespace Nunchi.Generation.Drafting;

/// <summary>
/// Guesses how a text goes on where it repeats itself: what followed the last place, in prompt or answer, that ends with the same tokens (prompt lookup decoding, Saxena 2023).
/// </summary>
internal sealed class PromptLookup
{
    /// <summary>Most tokens that two places are compared by.</summary>
    public const int Longest = 4;

    private readonly List<int> _tokens = [];
    private readonly Dictionary<(int Length, ulong Tokens), int> _after = [];
    private readonly HashSet<int> _marks;
    private readonly int _excluded;

    /// <param name="prompt">The tokens so far.</param>
    /// <param name="excluded">The image token, which no text is compared by and no guess holds.</param>
    /// <param name="marks">Tokens that say enough alone, such as tags; others need two that agree.</param>
    public PromptLookup(IReadOnlyList<int> prompt, int excluded, IEnumerable<int> marks)
    {
        _excluded = excluded;
        _marks = [.. marks];
        foreach (int id in prompt)
            Add(id);
    }

    /// <summary>Takes the next token of the text.</summary>
    public void Add(int id)
    {
        for (int length = 1; length <= Longest && id != _excluded; length++)
        {
            if (Ending(length) is { } ending)
                _after[(length, ending)] = _tokens.Count;
        }
        _tokens.Add(id);
    }

    /// <summary>Finds the last place that ends like the text.</summary>
    /// <param name="agreeing">How many tokens agree there, 1..<see cref="Longest"/>; 0 without one.</param>
    /// <returns>Where it goes on.</returns>
    public int Find(out int agreeing)
    {
        for (agreeing = Longest; agreeing > 0; agreeing--)
        {
            if (Ending(agreeing) is { } ending && _after.TryGetValue((agreeing, ending), out int at))
                return at;
        }
        return 0;
    }

    /// <summary>The tokens from a place on, at most so many, up to a picture.</summary>
    public void Read(int at, int most, List<int> into)
    {
        for (int i = at; i < _tokens.Count && i < at + most && _tokens[i] != _excluded; i++)
            into.Add(_tokens[i]);
    }

    // A product of the tokens; two endings with one product only make a worse guess.
    private ulong? Ending(int length)
    {
        if (length > _tokens.Count || (length == 1 && !_marks.Contains(_tokens[^1])))
            return null;
        ulong hash = 0;
        for (int i = _tokens.Count - length; i < _tokens.Count; i++)
        {
            if (_tokens[i] == _excluded)
                return null;
            hash = (hash + (uint)_tokens[i] + 1) * 0x9E3779B97F4A7C15;
        }
        return hash;
    }
}

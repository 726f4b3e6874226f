namespace Nunchi.Tensors;

/// <summary>Query rows and, for each, the keys of its sequence that it is to attend to.</summary>
public sealed class AttentionTargets : IDisposable
{
    /// <summary>[count] query rows.</summary>
    public IndexBuffer Rows { get; } = new();

    /// <summary>[count] first key row of the sequence of each.</summary>
    public IndexBuffer FirstKeys { get; } = new();

    /// <summary>[count + 1] where the keys of each begin in <see cref="Keys"/>; empty when there are none.</summary>
    public IndexBuffer Starts { get; } = new();

    /// <summary>Key rows.</summary>
    public IndexBuffer Keys { get; } = new();

    /// <summary>Number of query rows.</summary>
    public int Count => Rows.Count;

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Rows.Clear();
        FirstKeys.Clear();
        Starts.Clear();
        Keys.Clear();
    }

    /// <summary>Appends a query row of a sequence whose queries and keys are the same rows, causal.</summary>
    /// <param name="row">The query row.</param>
    /// <param name="first">First row of its sequence.</param>
    /// <param name="keys">Key rows from <paramref name="first"/> to <paramref name="row"/>, ascending; at least one.</param>
    /// <exception cref="ArgumentException">No key, one that the row does not see, or keys that do not ascend.</exception>
    public void Add(int row, int first, ReadOnlySpan<int> keys)
    {
        if (keys.IsEmpty)
            throw new ArgumentException($"Row {row} has no key to attend to.", nameof(keys));
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] < first || keys[i] > row)
                throw new ArgumentException($"Row {row} of a sequence from row {first} on does not see key {keys[i]}.", nameof(keys));
            if (i > 0 && keys[i] <= keys[i - 1])
                throw new ArgumentException($"Row {row}: key {keys[i]} comes after {keys[i - 1]}; keys are ascending.", nameof(keys));
        }
        if (Starts.Count == 0)
            Starts.Add(0);
        Rows.Add(row);
        FirstKeys.Add(first);
        Keys.AddRange(keys);
        Starts.Add(Keys.Count);
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Rows.Dispose();
        FirstKeys.Dispose();
        Starts.Dispose();
        Keys.Dispose();
    }
}

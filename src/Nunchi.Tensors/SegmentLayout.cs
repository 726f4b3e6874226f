namespace Nunchi.Tensors;

/// <summary>
/// How the rows of a batch fall into independent sequences. Segment s has query rows QueryStarts[s] .. QueryStarts[s+1] - 1 and
/// key rows KeyStarts[s] .. KeyStarts[s] + KeyCounts[s] - 1 (in a cache there are more keys than queries).
/// </summary>
public sealed class SegmentLayout : IDisposable
{
    /// <summary>[segments + 1] first query row of each segment, then the number of rows.</summary>
    public IndexBuffer QueryStarts { get; } = new();

    /// <summary>[segments] first key row.</summary>
    public IndexBuffer KeyStarts { get; } = new();

    /// <summary>[segments] number of keys.</summary>
    public IndexBuffer KeyCounts { get; } = new();

    /// <summary>[query rows] first key of its segment that a row does not see, or none when no row has such keys.</summary>
    public IndexBuffer HiddenStarts { get; } = new();

    /// <summary>[query rows] end of the keys that a row does not see; none when no row has such keys.</summary>
    public IndexBuffer HiddenEnds { get; } = new();

    /// <summary>Number of segments.</summary>
    public int Segments => KeyStarts.Count;

    /// <summary>Number of query rows.</summary>
    public int Rows => QueryStarts.Count == 0 ? 0 : QueryStarts[^1];

    /// <summary>Forgets all segments.</summary>
    public void Clear()
    {
        QueryStarts.Clear();
        KeyStarts.Clear();
        KeyCounts.Clear();
        HiddenStarts.Clear();
        HiddenEnds.Clear();
    }

    /// <summary>Appends a sequence whose queries and keys are the same rows.</summary>
    public void Add(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        Add(rows, Rows, rows);
    }

    /// <summary>Appends a sequence of <paramref name="queryRows"/> new rows that sees <paramref name="keyCount"/> keys from row <paramref name="keyStart"/> of the key tensor on.</summary>
    public void Add(int queryRows, int keyStart, int keyCount)
    {
        AddSegment(queryRows, keyStart, keyCount);
        if (HiddenStarts.Count > 0)
            SeeAll(queryRows);
    }

    /// <summary>Appends a sequence that goes on in several ways: a beginning that all of them see, then branches of which none sees another.</summary>
    /// <param name="shared">Rows of the beginning, at least one.</param>
    /// <param name="branches">Rows of each branch, in order.</param>
    public void AddBranched(int shared, ReadOnlySpan<int> branches)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shared, 1);
        int rows = shared;
        foreach (int branch in branches)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(branch, 1);
            rows += branch;
        }
        if (HiddenStarts.Count == 0 && Rows > 0)
            SeeAll(Rows);
        AddSegment(rows, Rows, rows);
        SeeAll(shared);
        int start = shared;
        foreach (int branch in branches)
        {
            for (int row = 0; row < branch; row++)
            {
                HiddenStarts.Add(shared);
                HiddenEnds.Add(start);
            }
            start += branch;
        }
    }

    /// <summary>Sequences of equal length: the crops of a picture.</summary>
    public static SegmentLayout Uniform(int segments, int rows)
    {
        var layout = new SegmentLayout();
        for (int i = 0; i < segments; i++)
            layout.Add(rows);
        return layout;
    }

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        QueryStarts.Dispose();
        KeyStarts.Dispose();
        KeyCounts.Dispose();
        HiddenStarts.Dispose();
        HiddenEnds.Dispose();
    }

    private void AddSegment(int queryRows, int keyStart, int keyCount)
    {
        if (queryRows < 1 || keyStart < 0 || keyCount < queryRows)
            throw new ArgumentException($"A segment needs at least one query and no fewer keys than queries, not {queryRows} queries, {keyCount} keys from row {keyStart}.");
        if (QueryStarts.Count == 0)
            QueryStarts.Add(0);
        QueryStarts.Add(Rows + queryRows);
        KeyStarts.Add(keyStart);
        KeyCounts.Add(keyCount);
    }

    // Rows that see every key.
    private void SeeAll(int rows)
    {
        for (int row = 0; row < rows; row++)
        {
            HiddenStarts.Add(0);
            HiddenEnds.Add(0);
        }
    }
}

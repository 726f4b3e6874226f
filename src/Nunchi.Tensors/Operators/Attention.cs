using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Operators;

/// <summary>Heads inside a wider tensor: the tensor and the first column.</summary>
/// <param name="Tensor">[rows, columns].</param>
/// <param name="Column">First column of the heads.</param>
public readonly record struct HeadColumns(Tensor Tensor, int Column);

/// <summary>softmax(scale q k^T) v per head and sequence, with grouped key/value heads (Vaswani et al. 2017; Ainslie et al. 2023), blocked as in FlashAttention (Dao 2022).</summary>
public static unsafe class Attention
{
    /// <summary>Attends.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="query">Where the query heads are.</param>
    /// <param name="key">Where the key heads are; a cache when not recording.</param>
    /// <param name="value">Where the value heads are.</param>
    /// <param name="segments">The sequences; kept alive by the caller until the backward has run.</param>
    /// <param name="queryHeads">Query heads, a multiple of <paramref name="keyHeads"/>.</param>
    /// <param name="keyHeads">Key and value heads.</param>
    /// <param name="headSize">Floats per head.</param>
    /// <param name="causal">Queries see only keys up to their own place.</param>
    /// <param name="scale">Factor on the products; null for headSize^-0.5.</param>
    /// <returns>[query rows, queryHeads * headSize].</returns>
    /// <remarks>Backward: query, key and value columns must have no other consumer, since their gradients are overwritten. Together with
    /// <see cref="HeadRotary"/> every column of a fused projection gets its gradient exactly once.</remarks>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public static Tensor Apply(Tape tape, HeadColumns query, HeadColumns key, HeadColumns value, SegmentLayout segments, int queryHeads, int keyHeads, int headSize, bool causal, float? scale = null)
    {
        if (keyHeads < 1 || queryHeads % keyHeads != 0)
            throw new ArgumentException($"Attention: {queryHeads} query heads are no multiple of {keyHeads} key heads.");
        Check("query", query, queryHeads * headSize, segments.Rows);
        int keyRows = 0;
        for (int s = 0; s < segments.Segments; s++)
            keyRows = Math.Max(keyRows, segments.KeyStarts[s] + segments.KeyCounts[s]);
        Check("key", key, keyHeads * headSize, keyRows);
        Check("value", value, keyHeads * headSize, keyRows);
        Tensor output = tape.Rent(segments.Rows, queryHeads * headSize);
        bool record = tape.ShouldRecord(query.Tensor, key.Tensor, value.Tensor);
        Tensor? logSumExp = record ? tape.Rent(segments.Rows, queryHeads) : null;
        AttentionArguments arguments = Arguments(query, key, value, output, logSumExp, segments, queryHeads, keyHeads, headSize, causal, scale ?? MathF.Pow(headSize, -0.5f));
        tape.Backend.Attention(in arguments);
        if (record)
        {
            TapeNode node = tape.Record(output, &Backward, query.Tensor, key.Tensor, value.Tensor, saved: logSumExp);
            node.Int0 = query.Column;
            node.Int1 = key.Column;
            node.Int2 = value.Column;
            node.Int3 = queryHeads;
            node.Int4 = keyHeads;
            node.Int5 = headSize;
            node.Float0 = arguments.Scale;
            node.Flag = causal;
            node.Segments = segments;
        }
        return output;
    }

    /// <summary>Attends to the keys and values of earlier tokens and of these, all in caches: one sequence, causal, not while recording.</summary>
    /// <param name="tape">Runs; must not record.</param>
    /// <param name="query">Where the query heads are.</param>
    /// <param name="key">All keys.</param>
    /// <param name="value">All values.</param>
    /// <param name="segments">One sequence; its keys start at 0.</param>
    /// <param name="queryHeads">Query heads, a multiple of the caches' heads.</param>
    /// <returns>[query rows, queryHeads * headSize].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or the tape records.</exception>
    public static Tensor Apply(Tape tape, HeadColumns query, HeadCache key, HeadCache value, SegmentLayout segments, int queryHeads) =>
        Apply(tape, query, [(key, value)], segments, queryHeads);

    /// <summary>The same for several sequences, each with caches of its own. A row's bits are those that its sequence gets alone.</summary>
    /// <param name="tape">Runs; must not record.</param>
    /// <param name="query">Where the query heads of all sequences are.</param>
    /// <param name="caches">All keys and values of each sequence, equal in heads, size and format.</param>
    /// <param name="segments">The sequences; the keys of each start at 0 of its caches.</param>
    /// <param name="queryHeads">Query heads, a multiple of the caches' heads.</param>
    /// <returns>[query rows, queryHeads * headSize].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or the tape records.</exception>
    public static Tensor Apply(Tape tape, HeadColumns query, ReadOnlySpan<(HeadCache Key, HeadCache Value)> caches, SegmentLayout segments, int queryHeads)
    {
        if (tape.ShouldRecord(query.Tensor))
            throw new ArgumentException("Attention: caches serve inference; turn the tape's recording off.");
        if (segments.HiddenStarts.Count > 0)
            throw new ArgumentException("Attention: a sequence that goes on in several ways has no cache.");
        if (caches.Length == 0 || caches.Length != segments.Segments)
            throw new ArgumentException($"Attention: {segments.Segments} sequences have caches for {caches.Length}.");
        HeadCache first = caches[0].Key;
        Span<AttentionPlace> places = caches.Length <= 64 ? stackalloc AttentionPlace[caches.Length] : new AttentionPlace[caches.Length];
        for (int s = 0; s < caches.Length; s++)
            places[s] = Place(first, caches[s].Key, caches[s].Value, queryHeads, segments.KeyCounts[s]);
        Check("query", query, queryHeads * first.Size, segments.Rows);
        Tensor output = tape.Rent(segments.Rows, queryHeads * first.Size);
        fixed (AttentionPlace* all = places)
        {
            var arguments = new AttentionArguments
            {
                QueryHeads = queryHeads,
                KeyHeads = first.Heads,
                HeadSize = first.Size,
                Segments = caches.Length,
                QueryStarts = segments.QueryStarts.Data,
                KeyStarts = segments.KeyStarts.Data,
                KeyCounts = segments.KeyCounts.Data,
                Causal = true,
                Scale = MathF.Pow(first.Size, -0.5f),
                Query = query.Tensor.Data + query.Column,
                QueryStride = query.Tensor.Columns,
                KeyStride = first.Size,
                ValueStride = first.Size,
                Places = all,
                Output = output.Data,
            };
            arguments.Select(0);
            tape.Backend.Attention(in arguments);
        }
        return output;
    }

    private static AttentionPlace Place(HeadCache first, HeadCache key, HeadCache value, int queryHeads, int keys)
    {
        foreach (HeadCache cache in (ReadOnlySpan<HeadCache>)[key, value])
        {
            if (cache.Heads != first.Heads || cache.Size != first.Size || cache.Format != first.Format || cache.Capacity != key.Capacity || queryHeads % first.Heads != 0)
                throw new ArgumentException($"Attention: a cache of {cache.Heads} heads of {cache.Size} in {cache.Format} for {cache.Capacity} tokens does not serve {queryHeads} query heads beside {first.Heads} of {first.Size} in {first.Format} and {key.Capacity} tokens.");
        }
        if (keys > key.Capacity)
            throw new ArgumentException($"Attention: caches of {key.Capacity} tokens do not hold {keys}.");
        return new AttentionPlace
        {
            Key = key.Data,
            Value = value.Data,
            HeadStride = (long)key.Capacity * key.Size,
            KeyCodes = key.Codes,
            ValueCodes = value.Codes,
            KeyScales = key.Scales,
            ValueScales = value.Scales,
            ScaleStride = key.Capacity,
        };
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        var query = new HeadColumns(node.A!, node.Int0);
        var key = new HeadColumns(node.B!, node.Int1);
        var value = new HeadColumns(node.C!, node.Int2);
        AttentionArguments arguments = Arguments(query, key, value, node.Output!, node.Saved, node.Segments!, node.Int3, node.Int4, node.Int5, node.Flag, node.Float0);
        arguments.OutputGradient = node.Output!.Gradient!.Data;
        arguments.QueryGradient = tape.GradientOf(query.Tensor, out _).Data + query.Column;
        arguments.KeyGradient = tape.GradientOf(key.Tensor, out _).Data + key.Column;
        arguments.ValueGradient = tape.GradientOf(value.Tensor, out _).Data + value.Column;
        tape.Backend.AttentionBackward(in arguments);
    }

    private static AttentionArguments Arguments(HeadColumns query, HeadColumns key, HeadColumns value, Tensor output, Tensor? logSumExp, SegmentLayout segments, int queryHeads, int keyHeads, int headSize, bool causal, float scale) => new()
    {
        QueryHeads = queryHeads,
        KeyHeads = keyHeads,
        HeadSize = headSize,
        Segments = segments.Segments,
        QueryStarts = segments.QueryStarts.Data,
        KeyStarts = segments.KeyStarts.Data,
        KeyCounts = segments.KeyCounts.Data,
        HiddenStarts = segments.HiddenStarts.Count == 0 ? null : segments.HiddenStarts.Data,
        HiddenEnds = segments.HiddenStarts.Count == 0 ? null : segments.HiddenEnds.Data,
        Causal = causal,
        Scale = scale,
        Query = query.Tensor.Data + query.Column,
        QueryStride = query.Tensor.Columns,
        Place = new AttentionPlace { Key = key.Tensor.Data + key.Column, Value = value.Tensor.Data + value.Column },
        KeyStride = key.Tensor.Columns,
        ValueStride = value.Tensor.Columns,
        Output = output.Data,
        LogSumExp = logSumExp == null ? null : logSumExp.Data,
    };

    private static void Check(string what, HeadColumns heads, int width, int rows)
    {
        if (heads.Column < 0 || heads.Column + width > heads.Tensor.Columns || rows > heads.Tensor.Rows)
            throw new ArgumentException($"Attention: {what} heads need columns {heads.Column}..{heads.Column + width - 1} and {rows} rows of a tensor {heads.Tensor}.");
    }
}

using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Operators;

/// <summary>
/// Tells one head of an attention where to look: for chosen queries, minus the logarithm of the attention that falls on any of their target keys. It teaches where to look sooner than
/// answers alone do (supervised attention: Mi et al. 2016, Liu et al. 2016).
/// </summary>
public static unsafe class AttentionLoss
{
    /// <summary>Adds the loss of a head to the graph.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="query">One query head, as <see cref="Attention"/> gets it.</param>
    /// <param name="key">Its key head.</param>
    /// <param name="headSize">Floats of the head.</param>
    /// <param name="segments">The sequences, causal; kept alive by the caller until the backward has run.</param>
    /// <param name="targets">Which queries are to attend to what; kept alive and unchanged until the backward has run.</param>
    /// <param name="weight">Factor on every loss in the gradient.</param>
    /// <param name="scale">Factor on the products; null for headSize^-0.5.</param>
    /// <returns>[1, targets] unweighted losses, rented.</returns>
    /// <remarks>Comes before the <see cref="Attention"/> whose head it is: that one's backward overwrites the gradients of queries and keys, and this one's, which then runs later, adds to them.</remarks>
    /// <exception cref="ArgumentException">Heads or rows lie outside their tensors, or there are no targets.</exception>
    public static Tensor Apply(Tape tape, HeadColumns query, HeadColumns key, int headSize, SegmentLayout segments, AttentionTargets targets, float weight, float? scale = null)
    {
        if (targets.Count == 0)
            throw new ArgumentException("AttentionLoss: there are no targets.", nameof(targets));
        foreach ((HeadColumns heads, string what) in ((HeadColumns, string)[])[(query, "query"), (key, "key")])
        {
            if (heads.Column < 0 || heads.Column + headSize > heads.Tensor.Columns)
                throw new ArgumentException($"AttentionLoss: the {what} head needs columns {heads.Column}..{heads.Column + headSize - 1} of a tensor {heads.Tensor}.");
        }
        foreach (int row in targets.Rows.Span)
        {
            if (row >= segments.Rows || row >= query.Tensor.Rows || row >= key.Tensor.Rows)
                throw new ArgumentException($"AttentionLoss: row {row} is none of {segments.Rows} rows of queries {query.Tensor} and keys {key.Tensor}.");
        }
        Tensor losses = tape.Rent(1, targets.Count);
        float factor = scale ?? MathF.Pow(headSize, -0.5f);
        AttentionLossArguments arguments = Arguments(query, key, headSize, segments, targets, losses, factor);
        tape.Backend.AttentionLoss(in arguments);
        if (tape.ShouldRecord(query.Tensor, key.Tensor))
        {
            TapeNode node = tape.Record(losses, &Backward, query.Tensor, key.Tensor);
            (node.Int0, node.Int1, node.Int2) = (query.Column, key.Column, headSize);
            (node.Float0, node.Float1) = (factor, weight);
            (node.Segments, node.Targets) = (segments, targets);
            tape.AccumulatedGradientOf(losses);
        }
        return losses;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        var query = new HeadColumns(node.A!, node.Int0);
        var key = new HeadColumns(node.B!, node.Int1);
        AttentionLossArguments arguments = Arguments(query, key, node.Int2, node.Segments!, node.Targets!, node.Output!, node.Float0);
        arguments.Weight = node.Float1;
        arguments.QueryGradient = tape.AccumulatedGradientOf(query.Tensor).Data + query.Column;
        arguments.KeyGradient = tape.AccumulatedGradientOf(key.Tensor).Data + key.Column;
        tape.Backend.AttentionLoss(in arguments);
    }

    private static AttentionLossArguments Arguments(HeadColumns query, HeadColumns key, int headSize, SegmentLayout segments, AttentionTargets targets, Tensor losses, float scale)
    {
        bool hides = segments.HiddenStarts.Count > 0;
        return new AttentionLossArguments
        {
            Count = targets.Count,
            Rows = targets.Rows.Data,
            FirstKeys = targets.FirstKeys.Data,
            Starts = targets.Starts.Data,
            Keys = targets.Keys.Data,
            HiddenStarts = hides ? segments.HiddenStarts.Data : null,
            HiddenEnds = hides ? segments.HiddenEnds.Data : null,
            HeadSize = headSize,
            Query = query.Tensor.Data + query.Column,
            QueryStride = query.Tensor.Columns,
            Key = key.Tensor.Data + key.Column,
            KeyStride = key.Tensor.Columns,
            Scale = scale,
            Losses = losses.Data,
        };
    }
}

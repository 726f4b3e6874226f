using Nunchi.Tensors.Backends;

namespace Nunchi.Tensors.Operators;

/// <summary>
/// Takes the query and key heads out of a fused projection, normalises each head if asked (Qwen3's q_norm and k_norm), and rotates it
/// (rotary position embedding, Su et al. 2021, half-split layout).
/// </summary>
public static unsafe class HeadRotary
{
    /// <summary>Prepares the heads.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="fused">[rows, (queryHeads + 2 keyHeads) * headSize]: queries, keys, values. Its value columns must have no other consumer than <see cref="Attention"/>.</param>
    /// <param name="queryWeight">[1, headSize] or null.</param>
    /// <param name="keyWeight">[1, headSize] or null, like <paramref name="queryWeight"/>.</param>
    /// <param name="queryHeads">Query heads.</param>
    /// <param name="keyHeads">Key heads.</param>
    /// <param name="positions">[rows] positions, kept alive by the caller until the backward has run.</param>
    /// <param name="table">Cosines and sines.</param>
    /// <param name="epsilon">Of the norms.</param>
    /// <returns>[rows, (queryHeads + keyHeads) * headSize].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit, or a position lies outside the table.</exception>
    public static Tensor Apply(Tape tape, Tensor fused, Tensor? queryWeight, Tensor? keyWeight, int queryHeads, int keyHeads, IndexBuffer positions, RotaryTable table, float epsilon)
    {
        int size = table.HeadSize;
        if (fused.Columns != (queryHeads + (2 * keyHeads)) * size)
            throw new ArgumentException($"HeadRotary: the fused projection {fused} should have ({queryHeads} + 2 * {keyHeads}) * {size} = {(queryHeads + (2 * keyHeads)) * size} columns.");
        if (positions.Count != fused.Rows)
            throw new ArgumentException($"HeadRotary: {positions.Count} positions for {fused.Rows} rows.");
        if ((queryWeight == null) != (keyWeight == null) || (queryWeight != null && (queryWeight.Count != size || keyWeight!.Count != size)))
            throw new ArgumentException($"HeadRotary: the norm weights {queryWeight} and {keyWeight} should both be [1, {size}] or both be absent.");
        foreach (int position in positions.Span)
        {
            if ((uint)position >= (uint)table.Cosines.Rows)
                throw new ArgumentException($"HeadRotary: position {position} lies outside 0..{table.Cosines.Rows - 1}, the longest sequence.");
        }
        Tensor output = tape.Rent(fused.Rows, (queryHeads + keyHeads) * size);
        bool record = tape.ShouldRecord(fused, queryWeight, keyWeight);
        Tensor? rstd = record && queryWeight != null ? tape.Rent(fused.Rows, queryHeads + keyHeads) : null;
        HeadRotaryArguments arguments = Arguments(fused, output, queryWeight, keyWeight, rstd, queryHeads, keyHeads, positions, table, epsilon);
        tape.Backend.HeadRotary(in arguments);
        if (record)
        {
            TapeNode node = tape.Record(output, &Backward, fused, queryWeight, keyWeight, saved: rstd);
            node.Int0 = queryHeads;
            node.Int1 = keyHeads;
            node.Float0 = epsilon;
            node.Indices = positions;
            node.Rotary = table;
        }
        return output;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor output = node.Output!;
        Tensor fused = node.A!;
        HeadRotaryArguments arguments = Arguments(fused, output, node.B, node.C, node.Saved, node.Int0, node.Int1, node.Indices!, node.Rotary!, node.Float0);
        arguments.OutputGradient = output.Gradient!.Data;
        // Attention's backward has written the value columns; the query and key columns are overwritten here.
        arguments.InputGradient = tape.GradientOf(fused, out _).Data;
        arguments.QueryWeightGradient = node.B is { RequiresGradient: true } ? tape.AccumulatedGradientOf(node.B).Data : null;
        arguments.KeyWeightGradient = node.C is { RequiresGradient: true } ? tape.AccumulatedGradientOf(node.C).Data : null;
        tape.Backend.HeadRotaryBackward(in arguments);
    }

    private static HeadRotaryArguments Arguments(Tensor fused, Tensor output, Tensor? queryWeight, Tensor? keyWeight, Tensor? rstd, int queryHeads, int keyHeads, IndexBuffer positions, RotaryTable table, float epsilon) => new()
    {
        Rows = fused.Rows,
        QueryHeads = queryHeads,
        KeyHeads = keyHeads,
        HeadSize = table.HeadSize,
        Input = fused.Data,
        InputStride = fused.Columns,
        Output = output.Data,
        QueryWeight = queryWeight == null ? null : queryWeight.Data,
        KeyWeight = keyWeight == null ? null : keyWeight.Data,
        Rstd = rstd == null ? null : rstd.Data,
        Epsilon = epsilon,
        Positions = positions.Data,
        Cosines = table.Cosines.Data,
        Sines = table.Sines.Data,
    };
}

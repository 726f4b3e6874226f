namespace Nunchi.Tensors.Operators;

/// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias, over each row (Ba, Kiros, Hinton 2016).</summary>
public static unsafe class LayerNorm
{
    /// <summary>Normalises every row.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="weight">[1, width].</param>
    /// <param name="bias">[1, width].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public static Tensor Apply(Tape tape, Tensor x, Tensor weight, Tensor bias, float epsilon)
    {
        if (weight.Count != x.Columns || bias.Count != x.Columns)
            throw new ArgumentException($"LayerNorm: weight {weight} and bias {bias} should be [1, {x.Columns}] for x {x}.");
        Tensor y = tape.Rent(x.Rows, x.Columns);
        if (!tape.ShouldRecord(x, weight, bias))
        {
            tape.Backend.LayerNorm(x.Data, weight.Data, bias.Data, y.Data, null, null, x.Rows, x.Columns, epsilon);
            return y;
        }
        Tensor mean = tape.Rent(1, x.Rows);
        Tensor rstd = tape.Rent(1, x.Rows);
        tape.Backend.LayerNorm(x.Data, weight.Data, bias.Data, y.Data, mean.Data, rstd.Data, x.Rows, x.Columns, epsilon);
        tape.Record(y, &Backward, x, weight, bias, saved: mean, saved2: rstd);
        return y;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        Tensor x = node.A!;
        bool accumulate = false;
        Tensor? dx = x.RequiresGradient ? tape.GradientOf(x, out accumulate) : null;
        Tensor? dw = node.B!.RequiresGradient ? tape.AccumulatedGradientOf(node.B) : null;
        Tensor? db = node.C!.RequiresGradient ? tape.AccumulatedGradientOf(node.C) : null;
        tape.Backend.LayerNormBackward(dy.Data, x.Data, node.B.Data, node.Saved!.Data, node.Saved2!.Data, dx == null ? null : dx.Data, accumulate, dw == null ? null : dw.Data, db == null ? null : db.Data, x.Rows, x.Columns);
    }
}

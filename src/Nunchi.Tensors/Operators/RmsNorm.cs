namespace Nunchi.Tensors.Operators;

/// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight, over each row (Zhang, Sennrich 2019).</summary>
public static unsafe class RmsNorm
{
    /// <summary>Normalises every row.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="weight">[1, width].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public static Tensor Apply(Tape tape, Tensor x, Tensor weight, float epsilon)
    {
        if (weight.Count != x.Columns)
            throw new ArgumentException($"RmsNorm: the weight {weight} should be [1, {x.Columns}] for x {x}.");
        Tensor y = tape.Rent(x.Rows, x.Columns);
        if (!tape.ShouldRecord(x, weight))
        {
            tape.Backend.RmsNorm(x.Data, weight.Data, y.Data, null, x.Rows, x.Columns, epsilon);
            return y;
        }
        Tensor rstd = tape.Rent(1, x.Rows);
        tape.Backend.RmsNorm(x.Data, weight.Data, y.Data, rstd.Data, x.Rows, x.Columns, epsilon);
        tape.Record(y, &Backward, x, weight, saved: rstd);
        return y;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        Tensor x = node.A!;
        bool accumulate = false;
        Tensor? dx = x.RequiresGradient ? tape.GradientOf(x, out accumulate) : null;
        Tensor? dw = node.B!.RequiresGradient ? tape.AccumulatedGradientOf(node.B) : null;
        tape.Backend.RmsNormBackward(dy.Data, x.Data, node.B.Data, node.Saved!.Data, dx == null ? null : dx.Data, accumulate, dw == null ? null : dw.Data, x.Rows, x.Columns);
    }
}

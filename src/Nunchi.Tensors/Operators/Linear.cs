using Nunchi.Tensors.Quantization;

namespace Nunchi.Tensors.Operators;

/// <summary>y = x W^T + b (+ residual). Weights are [out, in] as checkpoints store them.</summary>
public static unsafe class Linear
{
    /// <summary>Applies the layer to every row.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="x">[rows, in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[1, out] or null.</param>
    /// <param name="residual">[rows, out], added to the result, or null.</param>
    /// <returns>[rows, out].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">The weight is packed and the tape would record.</exception>
    public static Tensor Apply(Tape tape, Tensor x, Tensor weight, Tensor? bias = null, Tensor? residual = null)
    {
        if (x.Columns != weight.Columns)
            throw new ArgumentException($"Linear: x {x} has {x.Columns} columns, the weight {weight} takes {weight.Columns}.");
        if (bias != null && bias.Count != weight.Rows)
            throw new ArgumentException($"Linear: the bias {bias} should be [1, {weight.Rows}] for the weight {weight}.");
        if (residual != null && (residual.Rows != x.Rows || residual.Columns != weight.Rows))
            throw new ArgumentException($"Linear: the residual {residual} should be [{x.Rows}, {weight.Rows}].");
        tape.InputObserver?.Multiplying(weight, x);
        Tensor y = tape.Rent(x.Rows, weight.Rows);
        if (residual != null)
            tape.Backend.Copy(residual.Data, y.Data, y.Count);
        bool record = tape.ShouldRecord(x, weight, bias, residual);
        if (weight.Packed is { } packed)
        {
            if (record)
                throw new InvalidOperationException($"Linear: the weight {weight} is packed as {WeightFormats.NameOf(weight.Format)}, which serves answering only; load the model in f32 to train.");
            tape.Backend.PackedMatMul(packed, x.Rows, x.Data, x.Columns, y.Data, y.Columns, residual != null, bias == null ? null : bias.Data);
            return y;
        }
        tape.Backend.MatMul(false, true, x.Rows, weight.Rows, x.Columns, x.Data, x.Columns, weight.Data, weight.Columns, y.Data, y.Columns, residual != null, bias == null ? null : bias.Data);
        if (record)
            tape.Record(y, &Backward, x, weight, bias, residual);
        return y;
    }

    // dx = dy W; dW += dy^T x; db += sum over rows of dy; dresidual += dy
    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        Tensor x = node.A!;
        Tensor weight = node.B!;
        if (weight.RequiresGradient)
        {
            Tensor dw = tape.GradientOf(weight, out bool accumulate);
            tape.Backend.MatMul(true, false, weight.Rows, weight.Columns, dy.Rows, dy.Data, dy.Columns, x.Data, x.Columns, dw.Data, dw.Columns, accumulate, null);
        }
        if (node.C is { RequiresGradient: true } bias)
        {
            Tensor db = tape.GradientOf(bias, out bool accumulate);
            tape.Backend.ColumnSums(dy.Data, dy.Rows, dy.Columns, dy.Columns, db.Data, accumulate);
        }
        if (x.RequiresGradient)
        {
            Tensor dx = tape.GradientOf(x, out bool accumulate);
            tape.Backend.MatMul(false, false, dy.Rows, weight.Columns, weight.Rows, dy.Data, dy.Columns, weight.Data, weight.Columns, dx.Data, dx.Columns, accumulate, null);
        }
        if (node.D is { RequiresGradient: true } residual)
            Add.Pass(tape, dy, residual);
    }
}

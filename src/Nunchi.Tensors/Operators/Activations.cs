namespace Nunchi.Tensors.Operators;

/// <summary>Gaussian error linear unit (Hendrycks, Gimpel 2016).</summary>
public static unsafe class Gelu
{
    /// <summary>y = x Phi(x); with <paramref name="tanh"/> the tanh approximation that checkpoints call "gelu_pytorch_tanh".</summary>
    public static Tensor Apply(Tape tape, Tensor x, bool tanh)
    {
        Tensor y = tape.Rent(x.Rows, x.Columns);
        tape.Backend.Gelu(x.Data, y.Data, x.Count, tanh);
        if (tape.ShouldRecord(x))
            tape.Record(y, &Backward, x).Flag = tanh;
        return y;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        Tensor x = node.A!;
        Tensor dx = tape.GradientOf(x, out bool accumulate);
        if (!accumulate)
        {
            tape.Backend.GeluBackward(dy.Data, x.Data, dx.Data, x.Count, node.Flag);
            return;
        }
        tape.Backend.GeluBackward(dy.Data, x.Data, dy.Data, x.Count, node.Flag);
        tape.Backend.AddTo(dx.Data, dy.Data, x.Count);
    }
}

/// <summary>The gated unit of Qwen and Llama feed-forward layers: silu(gate) * up (Shazeer 2020).</summary>
public static unsafe class SwiGlu
{
    /// <summary>Takes [rows, 2 width] with the gate in the first half of the columns; gives [rows, width].</summary>
    /// <exception cref="ArgumentException">The number of columns is odd.</exception>
    public static Tensor Apply(Tape tape, Tensor gateUp)
    {
        if (gateUp.Columns % 2 != 0)
            throw new ArgumentException($"SwiGlu: {gateUp} should have an even number of columns, gate then up.");
        Tensor y = tape.Rent(gateUp.Rows, gateUp.Columns / 2);
        tape.Backend.SwiGlu(gateUp.Data, y.Data, y.Rows, y.Columns);
        if (tape.ShouldRecord(gateUp))
            tape.Record(y, &Backward, gateUp);
        return y;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        Tensor dx = tape.GradientOf(node.A!, out bool accumulate);
        if (accumulate)
            throw new InvalidOperationException("SwiGlu: its input must have no other consumer.");
        tape.Backend.SwiGluBackward(dy.Data, node.A!.Data, dx.Data, dy.Rows, dy.Columns);
    }
}

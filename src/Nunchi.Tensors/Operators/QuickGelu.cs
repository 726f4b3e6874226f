namespace Nunchi.Tensors.Operators;

/// <summary>The approximation of GELU that CLIP was trained with: y = x sigmoid(1.702 x) (Hendrycks, Gimpel 2016), "quick_gelu" in checkpoints.</summary>
public static unsafe class QuickGelu
{
    /// <summary>Applies it to every element.</summary>
    public static Tensor Apply(Tape tape, Tensor x)
    {
        Tensor y = tape.Rent(x.Rows, x.Columns);
        tape.Backend.QuickGelu(x.Data, y.Data, x.Count);
        if (tape.ShouldRecord(x))
            tape.Record(y, &Backward, x);
        return y;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        Tensor x = node.A!;
        Tensor dx = tape.GradientOf(x, out bool accumulate);
        if (!accumulate)
        {
            tape.Backend.QuickGeluBackward(dy.Data, x.Data, dx.Data, x.Count);
            return;
        }
        tape.Backend.QuickGeluBackward(dy.Data, x.Data, dy.Data, x.Count);
        tape.Backend.AddTo(dx.Data, dy.Data, x.Count);
    }
}

namespace Nunchi.Tensors.Operators;

/// <summary>Bilinear resampling of a grid of features, align_corners = false, no antialias.</summary>
public static unsafe class Bilinear
{
    /// <summary>Resamples.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="x">[height * width, channels].</param>
    /// <param name="height">Rows of the grid.</param>
    /// <param name="width">Columns of the grid.</param>
    /// <param name="newHeight">Rows wanted.</param>
    /// <param name="newWidth">Columns wanted.</param>
    /// <returns>[newHeight * newWidth, channels].</returns>
    /// <exception cref="ArgumentException">The grid does not fit the tensor, or a size is not positive.</exception>
    public static Tensor Apply(Tape tape, Tensor x, int height, int width, int newHeight, int newWidth)
    {
        if (height < 1 || width < 1 || x.Rows != height * width || newHeight < 1 || newWidth < 1)
            throw new ArgumentException($"Bilinear: {x} should have {height} x {width} rows, to become {newHeight} x {newWidth}.");
        Tensor y = tape.Rent(newHeight * newWidth, x.Columns);
        tape.Backend.Bilinear(x.Data, y.Data, height, width, newHeight, newWidth, x.Columns);
        if (tape.ShouldRecord(x))
        {
            TapeNode node = tape.Record(y, &Backward, x);
            node.Int0 = height;
            node.Int1 = width;
            node.Int2 = newHeight;
            node.Int3 = newWidth;
        }
        return y;
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dx = tape.AccumulatedGradientOf(node.A!);
        tape.Backend.BilinearBackward(node.Output!.Gradient!.Data, dx.Data, node.Int0, node.Int1, node.Int2, node.Int3, dx.Columns);
    }
}

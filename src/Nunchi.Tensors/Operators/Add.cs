namespace Nunchi.Tensors.Operators;

/// <summary>Sums of tensors of one shape, and of a learned table repeated over the rows.</summary>
public static unsafe class Add
{
    /// <summary>x + y.</summary>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public static Tensor Apply(Tape tape, Tensor x, Tensor y)
    {
        if (x.Rows != y.Rows || x.Columns != y.Columns)
            throw new ArgumentException($"Add: {x} and {y} should have the same shape.");
        Tensor sum = tape.Rent(x.Rows, x.Columns);
        tape.Backend.Add(x.Data, y.Data, sum.Data, sum.Count);
        if (tape.ShouldRecord(x, y))
            tape.Record(sum, &Backward, x, y);
        return sum;
    }

    /// <summary>y[r] = x[r] + table[r mod table rows]: position embeddings of crops.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="x">[crops * tokens, width].</param>
    /// <param name="table">[tokens, width].</param>
    /// <exception cref="ArgumentException">Widths differ, or the rows are no multiple of the table's.</exception>
    public static Tensor Periodic(Tape tape, Tensor x, Tensor table)
    {
        if (x.Columns != table.Columns || x.Rows % table.Rows != 0)
            throw new ArgumentException($"Add.Periodic: x {x} should have {table.Columns} columns and a multiple of {table.Rows} rows for the table {table}.");
        Tensor y = tape.Rent(x.Rows, x.Columns);
        tape.Backend.AddPeriodic(x.Data, table.Data, y.Data, x.Rows, x.Columns, table.Rows);
        if (tape.ShouldRecord(x, table))
            tape.Record(y, &PeriodicBackward, x, table);
        return y;
    }

    /// <summary>Lets a gradient flow on unchanged.</summary>
    internal static void Pass(Tape tape, Tensor dy, Tensor input)
    {
        Tensor dx = tape.GradientOf(input, out bool accumulate);
        if (accumulate)
            tape.Backend.AddTo(dx.Data, dy.Data, dy.Count);
        else
            tape.Backend.Copy(dy.Data, dx.Data, dy.Count);
    }

    private static void Backward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        if (node.A!.RequiresGradient)
            Pass(tape, dy, node.A);
        if (node.B!.RequiresGradient)
            Pass(tape, dy, node.B);
    }

    private static void PeriodicBackward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        if (node.A!.RequiresGradient)
            Pass(tape, dy, node.A);
        if (node.B!.RequiresGradient)
        {
            Tensor table = tape.GradientOf(node.B, out bool accumulate);
            tape.Backend.AddPeriodicBackward(dy.Data, table.Data, dy.Rows, dy.Columns, table.Rows, accumulate);
        }
    }
}

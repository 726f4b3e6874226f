namespace Nunchi.Tensors.Operators;

/// <summary>Moving whole rows: embeddings, packing of image features, merging them into text, picking rows for the head.</summary>
public static unsafe class Rows
{
    /// <summary>y[i] = source[indices[i]]; a negative index gives zeros. The backward adds into the source's rows.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="source">[rows, width].</param>
    /// <param name="indices">One entry a row of the result; kept alive by the caller until the backward has run.</param>
    /// <exception cref="ArgumentException">An index lies beyond the source, or there is none.</exception>
    public static Tensor Gather(Tape tape, Tensor source, IndexBuffer indices)
    {
        if (indices.Count == 0)
            throw new ArgumentException("Rows.Gather: no row was asked for.");
        foreach (int index in indices.Span)
        {
            if (index >= source.Rows)
                throw new ArgumentException($"Rows.Gather: row {index} was asked of {source}, whose last row is {source.Rows - 1}.");
        }
        Tensor y = tape.Rent(indices.Count, source.Columns);
        if (source.Packed is { } packed)
        {
            tape.Backend.GatherPackedRows(packed, indices.Data, y.Data, y.Rows);
            return y;
        }
        tape.Backend.GatherRows(source.Data, indices.Data, y.Data, y.Rows, y.Columns);
        if (tape.ShouldRecord(source))
            tape.Record(y, &GatherBackward, source).Indices = indices;
        return y;
    }

    /// <summary>The rows of up to four tensors below each other.</summary>
    /// <exception cref="ArgumentException">Widths differ.</exception>
    public static Tensor Concatenate(Tape tape, Tensor first, Tensor second, Tensor? third = null, Tensor? fourth = null)
    {
        int width = first.Columns;
        if (second.Columns != width || (third != null && third.Columns != width) || (fourth != null && fourth.Columns != width))
            throw new ArgumentException($"Rows.Concatenate: {first}, {second}, {third}, {fourth} should have the same number of columns.");
        Tensor y = tape.Rent(first.Rows + second.Rows + (third?.Rows ?? 0) + (fourth?.Rows ?? 0), width);
        float* destination = y.Data;
        Append(tape, first, ref destination);
        Append(tape, second, ref destination);
        Append(tape, third, ref destination);
        Append(tape, fourth, ref destination);
        if (tape.ShouldRecord(first, second, third, fourth))
            tape.Record(y, &ConcatenateBackward, first, second, third, fourth);
        return y;
    }

    private static void Append(Tape tape, Tensor? part, ref float* destination)
    {
        if (part == null)
            return;
        tape.Backend.Copy(part.Data, destination, part.Count);
        destination += part.Count;
    }

    private static void GatherBackward(Tape tape, TapeNode node)
    {
        Tensor dy = node.Output!.Gradient!;
        Tensor dx = tape.AccumulatedGradientOf(node.A!);
        tape.Backend.ScatterAddRows(dy.Data, node.Indices!.Data, dx.Data, dy.Rows, dy.Columns);
    }

    private static void ConcatenateBackward(Tape tape, TapeNode node)
    {
        float* source = node.Output!.Gradient!.Data;
        Split(tape, node.A, ref source);
        Split(tape, node.B, ref source);
        Split(tape, node.C, ref source);
        Split(tape, node.D, ref source);
    }

    private static void Split(Tape tape, Tensor? part, ref float* source)
    {
        if (part == null)
            return;
        if (part.RequiresGradient)
        {
            Tensor gradient = tape.GradientOf(part, out bool accumulate);
            if (accumulate)
                tape.Backend.AddTo(gradient.Data, source, part.Count);
            else
                tape.Backend.Copy(source, gradient.Data, part.Count);
        }
        source += part.Count;
    }
}

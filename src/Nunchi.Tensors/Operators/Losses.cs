namespace Nunchi.Tensors.Operators;

/// <summary>
/// Losses end a graph: they report a value for each row and, when recording, write the gradient of the weighted sum into their input at once,
/// so that <see cref="Tape.Backward"/> has where to start.
/// </summary>
public static unsafe class Losses
{
    /// <summary>Softmax cross entropy per row; a negative label takes a row out.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="logits">[rows, classes].</param>
    /// <param name="labels">[rows] class of each row, or negative.</param>
    /// <param name="weight">Factor on every row's loss in the gradient: 1 / (number of labelled rows) for a mean.</param>
    /// <param name="losses">[1, rows] unweighted losses, rented; 0 where the label is negative.</param>
    /// <exception cref="ArgumentException">Counts differ or a label is no class.</exception>
    public static void CrossEntropy(Tape tape, Tensor logits, IndexBuffer labels, float weight, out Tensor losses)
    {
        if (labels.Count != logits.Rows)
            throw new ArgumentException($"CrossEntropy: {labels.Count} labels for logits {logits}.");
        foreach (int label in labels.Span)
        {
            if (label >= logits.Columns)
                throw new ArgumentException($"CrossEntropy: label {label} is no class of 0..{logits.Columns - 1}.");
        }
        losses = tape.Rent(1, logits.Rows);
        float* gradient = null;
        bool accumulate = false;
        Tensor? into = null;
        if (tape.ShouldRecord(logits))
        {
            into = tape.GradientOf(logits, out accumulate);
            gradient = accumulate ? tape.Rent(logits.Rows, logits.Columns).Data : into.Data;
        }
        tape.Backend.CrossEntropy(logits.Data, logits.Columns, labels.Data, losses.Data, gradient, logits.Rows, logits.Columns, weight);
        if (accumulate)
            tape.Backend.AddTo(into!.Data, gradient, into.Count);
    }

    /// <summary>Smooth L1 (Huber with delta 1) per row, summed over its columns; rows whose mask is 0 count nothing.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="prediction">[rows, width].</param>
    /// <param name="target">[rows, width].</param>
    /// <param name="mask">[rows] 1 where the row counts.</param>
    /// <param name="delta">Where the square turns into a line, in the units of the prediction.</param>
    /// <param name="weight">Factor on every row's loss in the gradient.</param>
    /// <param name="losses">[1, rows] unweighted losses, rented.</param>
    /// <exception cref="ArgumentException">Shapes differ.</exception>
    public static void SmoothL1(Tape tape, Tensor prediction, Tensor target, IndexBuffer mask, float delta, float weight, out Tensor losses)
    {
        if (target.Rows != prediction.Rows || target.Columns != prediction.Columns || mask.Count != prediction.Rows)
            throw new ArgumentException($"SmoothL1: prediction {prediction}, target {target} and {mask.Count} mask entries should agree.");
        losses = tape.Rent(1, prediction.Rows);
        Tensor? gradient = tape.ShouldRecord(prediction) ? tape.AccumulatedGradientOf(prediction) : null;
        tape.Backend.SmoothL1(prediction.Data, target.Data, mask.Data, losses.Data, gradient == null ? null : gradient.Data, prediction.Rows, prediction.Columns, delta, weight);
    }
}

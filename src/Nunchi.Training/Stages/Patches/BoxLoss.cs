using Nunchi.Grounding;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Regression of the codes of boxes (<see cref="BoxCode"/>) out of what the projector makes of patches, along the directions of <see cref="PatchVectors.Boxes"/>; zeros
/// where a patch shows nothing.
/// </summary>
internal sealed class BoxLoss : IDisposable
{
    private const float Delta = 0.5f;
    private readonly Tensor _codes;
    private readonly IndexBuffer _everyRow = new();

    public BoxLoss(ComputeBackend backend, PatchVectors vectors)
    {
        _codes = new Tensor(backend, vectors.Boxes.Rows, vectors.Boxes.Columns);
        for (var i = 0; i < _codes.Count; i++)
            _codes.Span[i] = vectors.Boxes.Span[i] / (vectors.BoxScale * vectors.BoxScale);
    }

    /// <summary>Mean distance of the sides of known boxes, in sides of a crop, from where the last call found them; null when there were none.</summary>
    public double? SideError { get; private set; }

    /// <summary>Patches with a known box in the last call.</summary>
    public int Boxes { get; private set; }

    /// <summary>Adds the loss to the gradient.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="projected">[patches, decoder width].</param>
    /// <param name="boxOf">The box of what a patch shows, as fractions of its crop.</param>
    /// <param name="weight">Factor on every patch's loss in the gradient.</param>
    /// <returns>The sum of the losses of the patches, unweighted.</returns>
    public double Apply(Tape tape, Tensor projected, Func<int, BoundingBox?> boxOf, float weight)
    {
        var predicted = Linear.Apply(tape, projected, _codes);
        var truth = tape.Rent(predicted.Rows, BoxCode.Length);
        truth.Span.Clear();
        _everyRow.Clear();
        (double error, Boxes) = (0, 0);
        for (var row = 0; row < predicted.Rows; row++)
        {
            _everyRow.Add(1);
            if (boxOf(row) is not { } box)
                continue;
            BoxCode.Write(box, truth.Row(row));
            error += BoxCode.Distance(BoxCode.Read(predicted.Row(row)), box);
            Boxes++;
        }

        SideError = Boxes == 0 ? null : error / Boxes;
        Losses.SmoothL1(tape, predicted, truth, _everyRow, Delta, weight, out var losses);
        double sum = 0;
        foreach (var loss in losses.Span)
            sum += loss;
        return sum;
    }

    public void Dispose()
    {
        _codes.Dispose();
        _everyRow.Dispose();
    }
}

using Nunchi.Data.Objects;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Softmax of what the projector makes of single patches over the vectors of everything that a patch can show (<see cref="PatchVectors.Things"/>), and of patches that
/// show something over those of the colours. The vectors are targets: nothing is learned through them.
/// </summary>
internal sealed class ThingLoss : IDisposable
{
    // Logit of a patch that lies exactly on the vector of its thing, against about 0 for the others.
    private const double Sharpness = 12;
    private readonly PatchVectors _vectors;
    private readonly Tensor _things;
    private readonly Tensor _colours;
    private readonly IndexBuffer _rows = new();
    private readonly IndexBuffer _labels = new();
    private readonly IndexBuffer _colouredRows = new();
    private readonly IndexBuffer _colourLabels = new();

    public ThingLoss(ComputeBackend backend, PatchVectors vectors)
    {
        _vectors = vectors;
        _things = Sharp(backend, vectors.Things, 1);
        _colours = Sharp(backend, vectors.Colours, PatchVectors.ColourShare);
    }

    /// <summary>Names of what <see cref="Measure"/> adds.</summary>
    public static IReadOnlyList<string> Meters { get; } = ["patch.right", "patch.glyph", "patch.blank", "patch.object", "patch.colour"];

    /// <summary>Sums of right patches in the last call, in the order of <see cref="Meters"/>.</summary>
    private readonly (int Right, int Of)[] _counts = new (int, int)[5];

    /// <summary>Patches with a label in the last call.</summary>
    public int Labelled => _labels.Count;

    /// <summary>Adds the loss to the gradient.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="projected">[patches, decoder width].</param>
    /// <param name="shown">What a patch shows and in which colour; null for what nothing is known about.</param>
    /// <param name="weight">Factor on the loss of every labelled patch.</param>
    /// <param name="colourWeight">Factor on the loss of the colour of every patch that shows something.</param>
    /// <returns>The sum of the losses, weighted.</returns>
    public double Apply(Tape tape, Tensor projected, Func<int, (int Thing, int Colour)?> shown, float weight, float colourWeight)
    {
        _rows.Clear();
        _labels.Clear();
        _colouredRows.Clear();
        _colourLabels.Clear();
        Array.Clear(_counts);
        for (var row = 0; row < projected.Rows; row++)
        {
            if (shown(row) is not var (thing, colour))
                continue;
            _rows.Add(row);
            _labels.Add(thing);
            if (thing == PatchThings.Blank)
                continue;
            _colouredRows.Add(row);
            _colourLabels.Add(colour);
        }

        double sum = 0;
        if (_rows.Count > 0)
            sum += weight * Score(tape, projected, _rows, _things, _labels, weight, colours: false);
        if (_colouredRows.Count > 0)
            sum += colourWeight * Score(tape, projected, _colouredRows, _colours, _colourLabels, colourWeight, colours: true);
        return sum;
    }

    /// <summary>Adds the right shares of the last call to five meters: all patches, glyphs, blank ones, objects, colours.</summary>
    public void Measure(StepReport report, int first)
    {
        for (var i = 0; i < _counts.Length; i++)
            report.Meters.Add(first + i, _counts[i].Right, _counts[i].Of);
    }

    public void Dispose()
    {
        _things.Dispose();
        _colours.Dispose();
        _rows.Dispose();
        _labels.Dispose();
        _colouredRows.Dispose();
        _colourLabels.Dispose();
    }

    private double Score(Tape tape, Tensor projected, IndexBuffer rows, Tensor targets, IndexBuffer labels, float weight, bool colours)
    {
        var logits = Linear.Apply(tape, rows.Count == projected.Rows ? projected : Rows.Gather(tape, projected, rows), targets);
        for (var i = 0; i < labels.Count; i++)
        {
            var right = Greedy.Choose(logits.Row(i)) == labels[i];
            if (!colours)
                Count(0, right);
            Count(colours ? 4 : labels[i] == PatchThings.Blank ? 2 : labels[i] > _vectors.Known.Glyphs ? 3 : 1, right);
        }

        Losses.CrossEntropy(tape, logits, labels, weight, out var losses);
        double sum = 0;
        foreach (var loss in losses.Span)
            sum += loss;
        return sum;
    }

    private static Tensor Sharp(ComputeBackend backend, Tensor vectors, float share)
    {
        var sharp = new Tensor(backend, vectors.Rows, vectors.Columns);
        for (var i = 0; i < sharp.Count; i++)
            sharp.Span[i] = (float)Sharpness / share * vectors.Span[i];
        return sharp;
    }

    private void Count(int meter, bool right) => _counts[meter] = (_counts[meter].Right + (right ? 1 : 0), _counts[meter].Of + 1);
}

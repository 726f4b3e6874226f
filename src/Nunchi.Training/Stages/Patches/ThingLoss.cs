using Nunchi.Data.Objects;
using Nunchi.Tensors;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Softmax of what the projector makes of single patches over the vectors of everything that a patch can show (<see cref="PatchVectors.Things"/>), of patches that
/// show something over those of the colours, and of patches of which it is known over the colours of boards and the kinds of backgrounds behind them. The vectors are
/// targets: nothing is learned through them. A patch into which a second glyph is squeezed has two targets, each as good as the other: it lies between them, and the second has a place where it is seen.
/// </summary>
internal sealed class ThingLoss : IDisposable
{
    // Logit of a patch that lies exactly on the vector of its thing, against about 0 for the others.
    private const double Sharpness = 12;
    private readonly PatchVectors _vectors;
    private readonly Question _things;
    private readonly Question _colours;
    private readonly Question _grounds;
    private readonly Question _backdrops;

    /// <summary>Right patches and patches of the last call, in the order of <see cref="Meters"/>.</summary>
    private readonly (int Right, int Of)[] _counts = new (int, int)[7];

    public ThingLoss(ComputeBackend backend, PatchVectors vectors)
    {
        _vectors = vectors;
        _things = new Question(backend, vectors.Things, 1);
        _colours = new Question(backend, vectors.Colours, PatchVectors.ColourShare);
        _grounds = new Question(backend, vectors.Grounds, PatchVectors.GroundShare);
        _backdrops = new Question(backend, vectors.Backdrops, PatchVectors.GroundShare);
    }

    /// <summary>Names of what <see cref="Measure"/> adds.</summary>
    public static IReadOnlyList<string> Meters { get; } = ["patch.right", "patch.glyph", "patch.blank", "patch.object", "patch.colour", "patch.ground", "patch.backdrop"];

    /// <summary>Labels of patches in the last call; a patch that two glyphs share has two.</summary>
    public int Labelled => _things.Labels.Count;

    /// <summary>Adds the loss to the gradient.</summary>
    /// <param name="tape">Runs and records.</param>
    /// <param name="projected">[patches, decoder width].</param>
    /// <param name="shown">What a patch shows; null for what nothing is known about.</param>
    /// <param name="weight">Factor on the loss of every labelled patch.</param>
    /// <param name="colourWeight">Factor on the loss of the colour of every patch that shows something.</param>
    /// <param name="groundWeight">Factor on the loss of what is behind every patch of which that is known.</param>
    /// <returns>The sum of the losses, weighted.</returns>
    public double Apply(Tape tape, Tensor projected, Func<int, ShownPatch?> shown, float weight, float colourWeight, float groundWeight)
    {
        foreach (var question in (ReadOnlySpan<Question>)[_things, _colours, _grounds, _backdrops])
            question.Clear();
        Array.Clear(_counts);
        for (var row = 0; row < projected.Rows; row++)
        {
            if (shown(row) is not { } patch)
                continue;
            if (patch.Truth != PatchThings.Blank || patch.Beside == PatchThings.Blank)
                _things.Add(row, patch.Truth);
            if (patch.Beside != PatchThings.Blank)
                _things.Add(row, patch.Beside);
            if (patch.Truth != PatchThings.Blank)
                _colours.Add(row, patch.Colour);
            if (patch.Ground != (int)ColourName.None)
                _grounds.Add(row, patch.Ground);
            if (patch.Backdrop != 0)
                _backdrops.Add(row, patch.Backdrop);
        }

        return Score(tape, projected, _things, weight, thing =>
            {
                Count(0, thing);
                Count(thing.Label == PatchThings.Blank ? 2 : thing.Label > _vectors.Known.Glyphs ? 3 : 1, thing);
            })
            + Score(tape, projected, _colours, colourWeight, colour => Count(4, colour))
            + Score(tape, projected, _grounds, groundWeight, ground => Count(5, ground))
            + Score(tape, projected, _backdrops, groundWeight, backdrop => Count(6, backdrop));
    }

    /// <summary>Adds the right shares of the last call to the meters.</summary>
    public void Measure(StepReport report, int first)
    {
        for (var i = 0; i < _counts.Length; i++)
            report.Meters.Add(first + i, _counts[i].Right, _counts[i].Of);
    }

    public void Dispose()
    {
        _things.Dispose();
        _colours.Dispose();
        _grounds.Dispose();
        _backdrops.Dispose();
    }

    private static double Score(Tape tape, Tensor projected, Question question, float weight, Action<(int Label, bool Right)> count)
    {
        var (rows, labels) = (question.Rows, question.Labels);
        if (rows.Count == 0)
            return 0;
        var logits = Linear.Apply(tape, question.IsEveryRowOf(projected) ? projected : Tensors.Operators.Rows.Gather(tape, projected, rows), question.Targets);
        for (var i = 0; i < labels.Count; i++)
        {
            var (label, choice) = (labels[i], Greedy.Choose(logits.Row(i)));
            var right = choice == label;
            for (; i + 1 < labels.Count && rows[i + 1] == rows[i]; i++)
                right |= choice == labels[i + 1];
            count((label, right));
        }

        Losses.CrossEntropy(tape, logits, labels, weight, out var losses);
        double sum = 0;
        foreach (var loss in losses.Span)
            sum += loss;
        return weight * sum;
    }

    private void Count(int meter, (int Label, bool Right) answer) => _counts[meter] = (_counts[meter].Right + (answer.Right ? 1 : 0), _counts[meter].Of + 1);

    // One of the things that are asked about patches: its answers as directions, and which patches have which.
    private sealed class Question : IDisposable
    {
        private bool _several;

        public Question(ComputeBackend backend, Tensor vectors, float share)
        {
            Targets = new Tensor(backend, vectors.Rows, vectors.Columns);
            for (var i = 0; i < Targets.Count; i++)
                Targets.Span[i] = (float)Sharpness / share * vectors.Span[i];
        }

        public Tensor Targets { get; }

        public IndexBuffer Rows { get; } = new();

        public IndexBuffer Labels { get; } = new();

        public void Clear()
        {
            Rows.Clear();
            Labels.Clear();
            _several = false;
        }

        public bool IsEveryRowOf(Tensor projected) => !_several && Rows.Count == projected.Rows;

        // Rows come in ascending order, one more than once where it has several answers.
        public void Add(int row, int label)
        {
            _several |= Rows.Count > 0 && Rows[Rows.Count - 1] == row;
            Rows.Add(row);
            Labels.Add(label);
        }

        public void Dispose()
        {
            Targets.Dispose();
            Rows.Dispose();
            Labels.Dispose();
        }
    }
}

using System.Runtime.InteropServices;
using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors;
using Nunchi.Tensors.Operators;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Stages;

/// <summary>
/// Forward and backward of packed sequences with a loss on labelled tokens: the same model that inference runs, under a tape that records.
/// Memory is kept from pass to pass.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="symbols">Where pictures are made of symbols: their vectors, read anew in every pass; null for an encoder's features.</param>
/// <param name="places">What single patches of an encoder's projected features are to show, for losses of their own; null without.</param>
internal sealed class AnswerPass(VisionLanguageModel model, PatchVectors? symbols = null, PatchVectors? places = null) : IDisposable
{
    private readonly TokenBatch _tokens = new(model.Config.ImageTokenId);
    private readonly ImageBatch _images = new(model.Config.Vision);
    private readonly IndexBuffer _rows = new();
    private readonly IndexBuffer _labels = new();
    private readonly List<ShownPatch> _shown = [];
    private readonly List<ShownPiece> _pieces = [];
    private readonly BoxLoss? _boxes = places is null ? null : new BoxLoss(model.Backend, places);
    private readonly ThingLoss? _things = places is null ? null : new ThingLoss(model.Backend, places);
    private float[] _losses = [];

    /// <summary>The loss on where tokens look; null without.</summary>
    public AttentionSupervision? Looks { get; init; }

    /// <summary>Weight of the mean loss of a patch's box beside that of a token.</summary>
    public double BoxWeight { get; init; }

    /// <summary>Weight of the mean loss of what a patch shows beside that of a token.</summary>
    public double ThingWeight { get; init; }

    /// <summary>Weight of the loss of a patch's colour, over the number of all patches, beside the mean loss of a token.</summary>
    public double ColourWeight { get; init; }

    /// <summary>The same of what lies behind a patch, where that is known.</summary>
    public double GroundWeight { get; init; }

    /// <summary>The loss on what patches show; null without.</summary>
    public ThingLoss? Things => ThingWeight + ColourWeight + GroundWeight > 0 ? _things : null;

    /// <summary>See <see cref="BoxLoss.SideError"/>; null without boxes.</summary>
    public double? SideError => _boxes?.SideError;

    /// <summary>Pictures of the sequences.</summary>
    public int Images => _images.Count;

    /// <summary>Tokens with a label.</summary>
    public int Labelled => _labels.Count;

    /// <summary>Losses of the labelled tokens in the order in which they were added, after <see cref="Run"/>.</summary>
    public ReadOnlySpan<float> Losses => _losses.AsSpan(0, Labelled);

    /// <summary>Whether the label was the likeliest token, for each labelled place, after <see cref="Run"/>.</summary>
    public bool[] Right { get; private set; } = [];

    public double EncoderOperations { get; private set; }

    public double ProjectorOperations { get; private set; }

    public double DecoderOperations { get; private set; }

    public double ForwardOperations => EncoderOperations + ProjectorOperations + DecoderOperations;

    /// <summary>Forgets all sequences.</summary>
    public void Clear()
    {
        _tokens.Clear();
        _images.Clear();
        _rows.Clear();
        _labels.Clear();
        _shown.Clear();
        _pieces.Clear();
        Looks?.Clear();
        EncoderOperations = ProjectorOperations = DecoderOperations = 0;
    }

    /// <summary>Appends a sample with all that it says; it sees no other.</summary>
    public void Add(SequenceSample sample)
    {
        Looks?.Add(sample, _tokens.Rows);
        Add(CollectionsMarshal.AsSpan(sample.Ids), CollectionsMarshal.AsSpan(sample.Labels), sample.Images, sample.Shown, sample.Shared, CollectionsMarshal.AsSpan(sample.Branches));
    }

    /// <summary>Appends a sequence; it sees no other.</summary>
    /// <param name="ids">Its tokens.</param>
    /// <param name="labels">The token itself where it counts, negative where not. The row before predicts it, so the first never counts.</param>
    /// <param name="images">Its pictures, or null.</param>
    /// <param name="shown">What the patches of its pictures show, where they are made of symbols.</param>
    /// <param name="shared">Tokens that several conversations begin with, or 0.</param>
    /// <param name="branches">Tokens of each after those. The first token of a conversation never counts.</param>
    public void Add(
        ReadOnlySpan<int> ids, ReadOnlySpan<int> labels, ProcessedImages? images, IReadOnlyList<ShownPatch>? shown = null, int shared = 0, ReadOnlySpan<int> branches = default)
    {
        var first = _tokens.Rows;
        if (branches.IsEmpty)
            _tokens.Add(ids);
        else
            _tokens.AddBranched(ids, shared, branches);
        for (var i = 1; i < ids.Length; i++)
        {
            if (labels[i] < 0)
                continue;
            _rows.Add(first + i - 1);
            _labels.Add(labels[i]);
        }

        if (images is not null)
            _images.Add(images);
        if (shown is { Count: > 0 })
        {
            _shown.AddRange(shown);
            _pieces.Add(images is null ? new ShownPiece(0, 0, shown.Count) : new ShownPiece(shown.Count, images.TokenCount, 0));
        }

        DecoderOperations += Operations.Decoder(model.Config, ids.Length);
    }

    /// <summary>Runs forward alone.</summary>
    /// <param name="tape">Reset afterwards.</param>
    /// <param name="guesses">Written: the likeliest token at each labelled place, in the order in which they were added.</param>
    public void Guess(Tape tape, List<int> guesses)
    {
        guesses.Clear();
        tape.WithoutRecording(() =>
        {
            var logits = model.Logits(tape, model.Forward(tape, _tokens, Features(tape, model.EncodeImages)), _rows);
            for (var i = 0; i < Labelled; i++)
                guesses.Add(Greedy.Choose(logits.Row(i)));
        });
        CountOperations();
        tape.Reset();
    }

    /// <summary>Runs forward and, when the tape records, backward.</summary>
    /// <param name="tape">Reset afterwards.</param>
    /// <param name="weight">Factor on every token's loss in the gradient.</param>
    /// <returns>The sum of the losses of the labelled tokens.</returns>
    public double Run(Tape tape, double weight)
    {
        var images = Features(tape, (own, _) => Encode(own, weight));
        Looks?.Begin(weight);
        var hidden = model.Forward(tape, _tokens, images, observer: Looks);
        var logits = model.Logits(tape, hidden, _rows);
        if (Right.Length < Labelled)
            (Right, _losses) = (new bool[2 * Labelled], new float[2 * Labelled]);
        for (var i = 0; i < Labelled; i++)
            Right[i] = IsLargest(logits.Row(i), _labels[i]);
        Tensors.Operators.Losses.CrossEntropy(tape, logits, _labels, (float)weight, out var losses);
        losses.Span.CopyTo(_losses);
        double sum = 0;
        foreach (var loss in losses.Span)
            sum += loss;
        CountOperations();
        if (tape.Recording)
            tape.Backward();
        tape.Reset();
        return sum;
    }

    public void Dispose()
    {
        _boxes?.Dispose();
        _things?.Dispose();
        Looks?.Dispose();
        _tokens.Dispose();
        _images.Dispose();
        _rows.Dispose();
        _labels.Dispose();
    }

    // Of all pictures, made of symbols or by an encoder; null where there are none.
    private Tensor? Features(Tape tape, Func<Tape, ImageBatch, Tensor> encode) =>
        symbols is not null ? (_shown.Count == 0 ? null : symbols.Features(tape, _images, _shown, _pieces)) : _images.Count == 0 ? null : encode(tape, _images);

    private void CountOperations()
    {
        DecoderOperations += Operations.Head(model.Config, Labelled);
        var seen = symbols is null ? _images.Crops : 0;
        EncoderOperations = Operations.Encoder(model.Config, seen);
        ProjectorOperations = Operations.Projector(model.Config, (double)seen * model.Config.Vision.Tokens);
    }

    private Tensor Encode(Tape tape, double weight)
    {
        if (_boxes is null)
            return model.EncodeImages(tape, _images);
        var projected = model.ProjectCrops(tape, _images);
        if (_shown.Count != projected.Rows)
            throw new InvalidOperationException($"{_shown.Count} patches are described, the pictures have {projected.Rows}");
        var share = weight * Labelled / projected.Rows;
        if (BoxWeight > 0)
            _boxes.Apply(tape, projected, row => _shown[row].Box, (float)(BoxWeight * share));
        Things?.Apply(tape, projected, row => _shown[row], (float)(ThingWeight * share), (float)(ColourWeight * share), (float)(GroundWeight * share));

        return model.PackFeatures(tape, projected, _images);
    }

    private static bool IsLargest(ReadOnlySpan<float> logits, int label)
    {
        var value = logits[label];
        for (var i = 0; i < logits.Length; i++)
            if (logits[i] > value)
                return false;
        return true;
    }
}

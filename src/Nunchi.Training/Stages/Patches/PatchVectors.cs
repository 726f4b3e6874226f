using Nunchi.Data.Objects;
using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Vectors of what a patch shows, made of the decoder's embedding: a glyph's is its token's, an object's the sum of the tokens of its name, and half of the colour's is
/// added to either, as is the code of the box around it (<see cref="BoxCode"/>) in directions of its own. A decoder that has learned to read pictures made of these finds the same in what a projector trained towards them gives.
/// </summary>
internal sealed class PatchVectors : IDisposable
{
    /// <summary>How strongly a patch carries its colour beside what it shows.</summary>
    public const float ColourShare = 0.5f;

    /// <summary>Length of a box's part beside that of what the patch shows.</summary>
    public const float BoxShare = 0.7f;

    private const ulong DirectionsSeed = 0x0B0C5;
    private readonly VisionLanguageModel _model;
    private readonly float[] _directions;
    private readonly float _boxShare;
    private double _square;

    /// <param name="model">Whose embedding they are made of.</param>
    /// <param name="things">What can be shown.</param>
    /// <param name="boxShare">Length of a box's part beside that of what the patch shows.</param>
    public PatchVectors(VisionLanguageModel model, PatchThings things, double boxShare = BoxShare)
    {
        _boxShare = (float)boxShare;
        _model = model;
        Known = things;
        Things = new Tensor(model.Backend, things.Count, model.Config.Text.HiddenSize);
        Colours = new Tensor(model.Backend, Nunchi.Data.Objects.Colours.Count, model.Config.Text.HiddenSize);
        Boxes = new Tensor(model.Backend, BoxCode.Length, model.Config.Text.HiddenSize);
        var random = new Data.Pages.SeededRandom(DirectionsSeed);
        _directions = new float[Boxes.Count];
        foreach (ref var value in _directions.AsSpan())
            value = random.Normal() / MathF.Sqrt(model.Config.Text.HiddenSize);
    }

    /// <summary>What the rows stand for.</summary>
    public PatchThings Known { get; }

    /// <summary>[things, decoder width].</summary>
    public Tensor Things { get; }

    /// <summary>[colours, decoder width], at full strength; zeros for no colour.</summary>
    public Tensor Colours { get; }

    /// <summary>[numbers of a box's code, decoder width]: nearly orthogonal, of equal length, the same directions in every run.</summary>
    public Tensor Boxes { get; }

    /// <summary>Length of the rows of <see cref="Boxes"/>, nearly.</summary>
    public float BoxScale { get; private set; }

    /// <summary>Mean squared length of the rows of <see cref="Things"/>.</summary>
    public double SquaredLength => _square;

    /// <summary>Takes the vectors from the embedding as it is now.</summary>
    public void Refresh()
    {
        for (var thing = 0; thing < Known.Count; thing++)
            Sum(Known.Tokens[thing], Things.Row(thing));
        for (var colour = 0; colour < Known.ColourTokens.Count; colour++)
            Sum(Known.ColourTokens[colour], Colours.Row(colour));
        double squares = 0;
        foreach (var value in Things.Span)
            squares += (double)value * value;
        _square = squares / Things.Rows;
        BoxScale = _boxShare * (float)Math.Sqrt(_square) / BoxCode.Norm;
        for (var i = 0; i < _directions.Length; i++)
            Boxes.Span[i] = BoxScale * _directions[i];
    }

    /// <summary>Gives the model's newline vector the embedding of the token that ends a line.</summary>
    public void SetNewline()
    {
        if (_model.Newline is { } newline && !newline.Row(0).SequenceEqual(_model.Decoder.Embedding.Row(Known.NewlineToken)))
            _model.Decoder.Embedding.Row(Known.NewlineToken).CopyTo(newline.Row(0));
    }

    /// <summary>Writes the vector of one patch.</summary>
    public void Write(ShownPatch patch, Span<float> into)
    {
        Things.Row(patch.Thing).CopyTo(into);
        patch.Noise.AddTo(into, _square);
        if (patch.Colour != (int)ColourName.None)
            Add(ColourShare, Colours.Row(patch.Colour), into);
        if (patch.Box is not { } box)
            return;
        Span<float> code = stackalloc float[BoxCode.Length];
        BoxCode.Write(box, code);
        for (var i = 0; i < code.Length; i++)
            Add(code[i], Boxes.Row(i), into);
    }

    /// <summary>Features of pictures whose patches show the given things, packed as the encoder's are, and of patches that belong to no picture.</summary>
    /// <param name="tape">Where they are rented; nothing is learned through them.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="shown">One entry a patch: of every crop of the pictures, in order, or of none; those of no picture lie between those of the pictures.</param>
    /// <param name="pieces">How the entries follow each other: of the next so many crops, or so many of no picture; null when all are of pictures.</param>
    /// <returns>[image tokens, decoder width].</returns>
    public Tensor Features(Tape tape, ImageBatch images, IReadOnlyList<ShownPatch> shown, IReadOnlyList<ShownPiece>? pieces = null)
    {
        Refresh();
        SetNewline();
        var width = _model.Config.Text.HiddenSize;
        var loose = pieces?.Sum(piece => piece.LoosePatches) ?? 0;
        if (loose == shown.Count)
            return Rows(tape, shown);
        if (loose == 0)
            return _model.PackFeatures(tape, Rows(tape, shown), images);

        var ofPictures = tape.Rent(shown.Count - loose, width);
        var alone = tape.Rent(loose, width);
        int from = 0, pictures = 0, others = 0;
        foreach (var piece in pieces!)
        {
            for (var i = 0; i < piece.CropPatches; i++)
                Write(shown[from++], ofPictures.Row(pictures++));
            for (var i = 0; i < piece.LoosePatches; i++)
                Write(shown[from++], alone.Row(others++));
        }

        var packed = _model.PackFeatures(tape, ofPictures, images);
        var all = tape.Rent(packed.Rows + loose, width);
        int to = 0;
        (pictures, others) = (0, 0);
        foreach (var piece in pieces)
        {
            for (var i = 0; i < piece.ImageTokens; i++)
                packed.Row(pictures++).CopyTo(all.Row(to++));
            for (var i = 0; i < piece.LoosePatches; i++)
                alone.Row(others++).CopyTo(all.Row(to++));
        }

        return all;
    }

    private Tensor Rows(Tape tape, IReadOnlyList<ShownPatch> shown)
    {
        var rows = tape.Rent(shown.Count, _model.Config.Text.HiddenSize);
        for (var row = 0; row < shown.Count; row++)
            Write(shown[row], rows.Row(row));
        return rows;
    }

    public void Dispose()
    {
        Things.Dispose();
        Colours.Dispose();
        Boxes.Dispose();
    }

    private static void Add(float factor, ReadOnlySpan<float> row, Span<float> into)
    {
        for (var i = 0; i < into.Length; i++)
            into[i] += factor * row[i];
    }

    private void Sum(int[] tokens, Span<float> into)
    {
        into.Clear();
        if (tokens.Length == 0)
            return;
        var scale = 1 / MathF.Sqrt(tokens.Length);
        foreach (var token in tokens)
            Add(scale, _model.Decoder.Embedding.Row(token), into);
    }
}

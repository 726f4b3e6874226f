using Nunchi.Data.Objects;
using Nunchi.Data.Scenes;
using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Vectors of what a patch shows: the code of the thing (<see cref="PatchCode"/>), half of that of its colour and of the ground behind it, and the code of the box around it (<see cref="BoxCode"/>) in directions of its
/// own. A decoder that has learned to read pictures made of these finds the same in what a projector trained towards them gives.
/// </summary>
internal sealed class PatchVectors : IDisposable
{
    /// <summary>How strongly a patch carries its colour beside what it shows.</summary>
    public const float ColourShare = 0.5f;

    /// <summary>How strongly a patch carries what lies behind it, beside what it shows.</summary>
    public const float GroundShare = 0.5f;

    /// <summary>Length of a box's part beside that of what the patch shows.</summary>
    public const float BoxShare = 0.7f;

    private const ulong DirectionsSeed = 0x0B0C5;
    private readonly VisionLanguageModel _model;

    /// <param name="model">Whose embedding they are made of.</param>
    /// <param name="things">What can be shown.</param>
    /// <param name="boxShare">Length of a box's part beside that of what the patch shows.</param>
    public PatchVectors(VisionLanguageModel model, PatchThings things, double boxShare = BoxShare)
    {
        BoxScale = (float)boxShare / BoxCode.Norm;
        _model = model;
        Known = things;
        Things = new Tensor(model.Backend, things.Count, model.Config.Text.HiddenSize);
        Colours = new Tensor(model.Backend, Nunchi.Data.Objects.Colours.Count, model.Config.Text.HiddenSize);
        Boxes = new Tensor(model.Backend, BoxCode.Length, model.Config.Text.HiddenSize);
        var random = new Data.Pages.SeededRandom(DirectionsSeed);
        foreach (ref var value in Boxes.Span)
            value = BoxScale * random.Normal() / MathF.Sqrt(model.Config.Text.HiddenSize);
        var code = new PatchCode(model.Config.Text.HiddenSize);
        code.Blank.CopyTo(Things.Row(PatchThings.Blank));
        for (var glyph = 1; glyph <= things.Glyphs; glyph++)
            code.WriteGlyph(things.Parts[glyph], Things.Row(glyph));
        for (var thing = things.Glyphs + 1; thing < things.Count; thing++)
            code.Object(thing - things.Glyphs).CopyTo(Things.Row(thing));
        Colours.Row((int)ColourName.None).Clear();
        foreach (var colour in Nunchi.Data.Objects.Colours.All)
            code.Colour(colour).CopyTo(Colours.Row((int)colour));
        Grounds = new Tensor(model.Backend, Nunchi.Data.Objects.Colours.Count, model.Config.Text.HiddenSize);
        Grounds.Span.Clear();
        foreach (var colour in Nunchi.Data.Objects.Colours.All)
            code.Ground(colour).CopyTo(Grounds.Row((int)colour));
        Backdrops = new Tensor(model.Backend, BackdropNames.Count, model.Config.Text.HiddenSize);
        Backdrops.Span.Clear();
        for (var kind = 1; kind < BackdropNames.Count; kind++)
            code.Backdrop(kind).CopyTo(Backdrops.Row(kind));
    }

    /// <summary>What the rows stand for.</summary>
    public PatchThings Known { get; }

    /// <summary>[things, decoder width].</summary>
    public Tensor Things { get; }

    /// <summary>[colours, decoder width], at full strength; zeros for no colour.</summary>
    public Tensor Colours { get; }

    /// <summary>[colours, decoder width], at full strength: colours of the boards on which patches lie; zeros for none.</summary>
    public Tensor Grounds { get; }

    /// <summary>[kinds of backgrounds, decoder width], at full strength, by <see cref="BackdropNames"/>; zeros for none.</summary>
    public Tensor Backdrops { get; }

    /// <summary>[numbers of a box's code, decoder width]: nearly orthogonal, of equal length, the same directions in every run.</summary>
    public Tensor Boxes { get; }

    /// <summary>Length of the rows of <see cref="Boxes"/>, nearly.</summary>
    public float BoxScale { get; }

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
        patch.Noise.AddTo(into);
        if (patch.Colour != (int)ColourName.None)
            Add(ColourShare, Colours.Row(patch.Colour), into);
        if (patch.Ground != (int)ColourName.None)
            Add(GroundShare, Grounds.Row(patch.Ground), into);
        if (patch.Backdrop != 0)
            Add(GroundShare, Backdrops.Row(patch.Backdrop), into);
        if (patch.Box is not { } box)
            return;
        Span<float> code = stackalloc float[BoxCode.Length];
        BoxCode.Write(box, code);
        for (var i = 0; i < code.Length; i++)
            Add(code[i], Boxes.Row(i), into);
    }

    /// <summary>Adds to a vector what another says about the ground behind a patch: a target that knows nothing about that asks for what is there already.</summary>
    /// <param name="from">[width].</param>
    /// <param name="into">[width].</param>
    public void KeepGrounds(ReadOnlySpan<float> from, Span<float> into)
    {
        foreach (var kinds in (ReadOnlySpan<Tensor>)[Grounds, Backdrops])
            for (var kind = 1; kind < kinds.Rows; kind++)
                Add(Dot(from, kinds.Row(kind)) - Dot(into, kinds.Row(kind)), kinds.Row(kind), into);
    }

    /// <summary>Features of pictures whose patches show the given things, packed as the encoder's are, and of patches that belong to no picture.</summary>
    /// <param name="tape">Where they are rented; nothing is learned through them.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="shown">One entry a patch: of every crop of the pictures, in order, or of none; those of no picture lie between those of the pictures.</param>
    /// <param name="pieces">How the entries follow each other: of the next so many crops, or so many of no picture; null when all are of pictures.</param>
    /// <returns>[image tokens, decoder width].</returns>
    public Tensor Features(Tape tape, ImageBatch images, IReadOnlyList<ShownPatch> shown, IReadOnlyList<ShownPiece>? pieces = null)
    {
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
        Grounds.Dispose();
        Backdrops.Dispose();
        Boxes.Dispose();
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0f;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void Add(float factor, ReadOnlySpan<float> row, Span<float> into)
    {
        for (var i = 0; i < into.Length; i++)
            into[i] += factor * row[i];
    }
}

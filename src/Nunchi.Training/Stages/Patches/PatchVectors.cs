using Nunchi.Data.Objects;
using Nunchi.Models;
using Nunchi.Tensors;

namespace Nunchi.Training.Stages.Patches;

/// <summary>
/// Vectors of what a patch shows, made of the decoder's embedding: a glyph's is its token's, an object's the sum of the tokens of its name, and half of the colour's is
/// added to either. A decoder that has learned to read pictures made of these finds the same in what a projector trained towards them gives.
/// </summary>
internal sealed class PatchVectors : IDisposable
{
    /// <summary>How strongly a patch carries its colour beside what it shows.</summary>
    public const float ColourShare = 0.5f;

    private readonly VisionLanguageModel _model;

    public PatchVectors(VisionLanguageModel model, PatchThings things)
    {
        _model = model;
        Known = things;
        Things = new Tensor(model.Backend, things.Count, model.Config.Text.HiddenSize);
        Colours = new Tensor(model.Backend, Nunchi.Data.Objects.Colours.Count, model.Config.Text.HiddenSize);
    }

    /// <summary>What the rows stand for.</summary>
    public PatchThings Known { get; }

    /// <summary>[things, decoder width].</summary>
    public Tensor Things { get; }

    /// <summary>[colours, decoder width], at full strength; zeros for no colour.</summary>
    public Tensor Colours { get; }

    /// <summary>Takes the vectors from the embedding as it is now.</summary>
    public void Refresh()
    {
        for (var thing = 0; thing < Known.Count; thing++)
            Sum(Known.Tokens[thing], Things.Row(thing));
        for (var colour = 0; colour < Known.ColourTokens.Count; colour++)
            Sum(Known.ColourTokens[colour], Colours.Row(colour));
    }

    /// <summary>Gives the model's newline vector the embedding of the token that ends a line.</summary>
    public void SetNewline()
    {
        if (_model.Newline is { } newline)
            _model.Decoder.Embedding.Row(Known.NewlineToken).CopyTo(newline.Row(0));
    }

    /// <summary>Writes the vector of one patch.</summary>
    public void Write(int thing, int colour, Span<float> into)
    {
        Things.Row(thing).CopyTo(into);
        if (colour == (int)ColourName.None)
            return;
        var row = Colours.Row(colour);
        for (var i = 0; i < into.Length; i++)
            into[i] += ColourShare * row[i];
    }

    /// <summary>Features of pictures whose patches show the given things, packed as the encoder's are.</summary>
    /// <param name="tape">Where they are rented; nothing is learned through them.</param>
    /// <param name="images">The pictures.</param>
    /// <param name="shown">One entry a patch of every crop, in order.</param>
    /// <returns>[image tokens, decoder width].</returns>
    public Tensor Features(Tape tape, ImageBatch images, IReadOnlyList<ShownPatch> shown)
    {
        Refresh();
        SetNewline();
        var features = tape.Rent(shown.Count, _model.Config.Text.HiddenSize);
        for (var row = 0; row < shown.Count; row++)
            Write(shown[row].Thing, shown[row].Colour, features.Row(row));
        return _model.PackFeatures(tape, features, images);
    }

    public void Dispose()
    {
        Things.Dispose();
        Colours.Dispose();
    }

    private void Sum(int[] tokens, Span<float> into)
    {
        into.Clear();
        if (tokens.Length == 0)
            return;
        var scale = 1 / MathF.Sqrt(tokens.Length);
        foreach (var token in tokens)
        {
            var row = _model.Decoder.Embedding.Row(token);
            for (var i = 0; i < into.Length; i++)
                into[i] += scale * row[i];
        }
    }
}

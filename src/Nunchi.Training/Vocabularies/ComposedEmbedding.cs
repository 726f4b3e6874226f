using System.Globalization;
using Nunchi.Models;
using Nunchi.Text;
using Nunchi.Training.Stages.Patches;

namespace Nunchi.Training.Vocabularies;

/// <summary>
/// Vectors of tokens that are made of parts. That of a glyph holds its code (<see cref="PatchCode"/>), a syllable's so the vectors of its initial, medial and final. A coordinate's is mostly the code of its place (<see cref="BoxCode"/>), so that neighbouring numbers are neighbours.
/// </summary>
internal static class ComposedEmbedding
{
    // What is left of a coordinate's random vector, which tells it from its neighbours.
    private const float OwnShare = 0.4f;

    /// <summary>Makes the starting values of a decoder's embedding.</summary>
    public static void Apply(VisionLanguageModel model, Tokenizer tokenizer, ulong seed)
    {
        var places = Vectors(seed, BoxCode.SideLength, model.Config.Text.HiddenSize, (float)model.Config.Text.InitializerRange / 2);
        for (var id = 0; id < Math.Min(tokenizer.VocabularySize, model.Decoder.Embedding.Rows); id++)
            if (!tokenizer.IsSpecial(id) && Coordinate(tokenizer.Decode([id])) is { } side)
                AddPlace(side, places, model.Decoder.Embedding.Row(id));
        AddGlyphs(model, new PatchThings(tokenizer));
    }

    /// <summary>Adds the codes of glyphs to the embedding of a decoder that has learned without.</summary>
    public static void AddGlyphs(VisionLanguageModel model, PatchThings things)
    {
        var code = new PatchCode(model.Config.Text.HiddenSize);
        var vector = new float[model.Config.Text.HiddenSize];
        for (var glyph = 1; glyph <= things.Glyphs; glyph++)
        {
            code.WriteGlyph(things.Parts[glyph], vector);
            var row = model.Decoder.Embedding.Row(things.Tokens[glyph][0]);
            for (var i = 0; i < row.Length; i++)
                row[i] += vector[i];
        }
    }

    // "0.25" or ", 0.25"
    private static double? Coordinate(string text)
    {
        var number = text.StartsWith(", ", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        return number.StartsWith("0.", StringComparison.Ordinal) && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var side) ? side : null;
    }

    private static void AddPlace(double side, float[][] places, Span<float> row)
    {
        Span<float> code = stackalloc float[BoxCode.SideLength];
        BoxCode.WriteSide(side, code);
        for (var i = 0; i < row.Length; i++)
        {
            row[i] *= OwnShare;
            for (var k = 0; k < code.Length; k++)
                row[i] += code[k] * places[k][i];
        }
    }

    private static float[][] Vectors(ulong seed, int count, int width, float deviation)
    {
        var random = new Data.Pages.SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, width).Select(_ => random.Normal() * deviation).ToArray())];
    }
}

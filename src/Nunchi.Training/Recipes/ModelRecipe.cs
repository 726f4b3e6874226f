using Nunchi.Chat;
using Nunchi.Models;

namespace Nunchi.Training.Recipes;

/// <summary>Sizes of the model: a SigLIP encoder, a projector of two layers and a Qwen3 decoder in the LLaVA-OneVision arrangement.</summary>
/// <param name="Encoder">The image encoder.</param>
/// <param name="Decoder">The text decoder.</param>
/// <param name="Images">How pictures are cut into tiles.</param>
/// <param name="NoRepeatNGramSize">No so many tokens in a row come twice in a conversation, where nobody asks for something else: small models go round in long lists. 0 allows everything.</param>
/// <param name="AnswerNoRepeatNGramSize">The same within each answer alone, so that what was said before may be said again.</param>
/// <param name="Beams">Beginnings of an answer that go on beside each other where nobody asks for something else; 1 makes answers token by token.</param>
/// <param name="LengthPenalty">How their lengths count: 0 compares sums of log-probabilities, 1 means.</param>
/// <param name="Looks">How often pictures are looked at where nobody asks for something else.</param>
public sealed record ModelRecipe(EncoderRecipe Encoder, DecoderRecipe Decoder, ImagesRecipe Images, int NoRepeatNGramSize = 0, int AnswerNoRepeatNGramSize = 0, int Beams = 1, double LengthPenalty = 1, int Looks = 1)
{
    /// <summary>How answers are made where nobody asks for something else.</summary>
    internal GenerationConfig Generation => new() { NoRepeatNGramSize = NoRepeatNGramSize, AnswerNoRepeatNGramSize = AnswerNoRepeatNGramSize, Beams = Beams, LengthPenalty = LengthPenalty, Looks = Looks };

    internal static ModelRecipe Read(RecipeSection section)
    {
        var encoder = EncoderRecipe.Read(section.Section("encoder"));
        var model = new ModelRecipe(
            encoder,
            DecoderRecipe.Read(section.Section("decoder")),
            ImagesRecipe.Read(section.Section("images"), encoder.Tile),
            section.Integer("no_repeat_ngram_size", 0, 0, 1024),
            section.Integer("answer_no_repeat_ngram_size", 0, 0, 1024),
            section.Integer("num_beams", 1, 1, GenerationOptions.MostBeams),
            section.Number("length_penalty", 1, 0, 10),
            section.Integer("picture_looks", 1, 1, GenerationOptions.MostLooks));
        section.Finish();
        return model;
    }
}

/// <summary>The image encoder.</summary>
/// <param name="Width">Floats per patch.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Attention heads; they divide the width.</param>
/// <param name="Mlp">Width inside the feed-forward layers.</param>
/// <param name="Tile">Side of a tile in pixels.</param>
/// <param name="Patch">Side of a patch in pixels; divides the tile.</param>
public sealed record EncoderRecipe(int Width, int Layers, int Heads, int Mlp, int Tile, int Patch)
{
    internal static EncoderRecipe Read(RecipeSection section)
    {
        var encoder = new EncoderRecipe(
            section.Integer("width", null, 8, 4096),
            section.Integer("layers", null, 1, 64),
            section.Integer("heads", null, 1, 64),
            section.Integer("mlp", null, 8, 16384),
            section.Integer("tile", 192, 16, 1024),
            section.Integer("patch", 16, 4, 64));
        if (encoder.Width % encoder.Heads != 0)
            throw section.Error("heads", $"is {encoder.Heads}; it must divide the width {encoder.Width}");
        if (encoder.Tile % encoder.Patch != 0)
            throw section.Error("patch", $"is {encoder.Patch}; it must divide the tile of {encoder.Tile} pixels");
        section.Finish();
        return encoder;
    }
}

/// <summary>The text decoder.</summary>
/// <param name="Width">Floats per token.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads; they divide the query heads.</param>
/// <param name="HeadSize">Floats per head, even.</param>
/// <param name="Mlp">Width inside the feed-forward layers.</param>
/// <param name="MaxPositions">Longest sequence.</param>
/// <param name="RopeTheta">Base of the rotary embedding.</param>
public sealed record DecoderRecipe(int Width, int Layers, int Heads, int KeyValueHeads, int HeadSize, int Mlp, int MaxPositions, double RopeTheta)
{
    internal static DecoderRecipe Read(RecipeSection section)
    {
        var decoder = new DecoderRecipe(
            section.Integer("width", null, 8, 8192),
            section.Integer("layers", null, 1, 64),
            section.Integer("heads", null, 1, 64),
            section.Integer("key_value_heads", null, 1, 64),
            section.Integer("head_size", 64, 2, 256),
            section.Integer("mlp", null, 8, 32768),
            section.Integer("max_positions", 8192, 64, 131072),
            section.Number("rope_theta", 10000, 100, 1e8));
        if (decoder.Heads % decoder.KeyValueHeads != 0)
            throw section.Error("key_value_heads", $"is {decoder.KeyValueHeads}; it must divide the {decoder.Heads} query heads");
        if (decoder.HeadSize % 2 != 0)
            throw section.Error("head_size", $"is {decoder.HeadSize}; it must be even");
        section.Finish();
        return decoder;
    }
}

/// <summary>How pictures are cut into tiles.</summary>
/// <param name="Grids">Allowed grids of tiles, [rows, columns] each; pictures go into the one that fits best.</param>
/// <param name="AnyResMax">The 4 of "anyres_max_4": above this many tiles' worth of features the grid of features is shrunk.</param>
public sealed record ImagesRecipe(IReadOnlyList<TileGrid> Grids, int AnyResMax)
{
    internal static ImagesRecipe Read(RecipeSection section, int tile)
    {
        var grids = section.Texts("grids", null).Select(text => TileGrid.Parse(text) ?? throw section.Error("grids", $"has '{text}'; expected ROWSxCOLUMNS with both from 1 to 12, for example 2x3"));
        var images = new ImagesRecipe([.. grids], section.Integer("anyres_max", 9, 1, 64));
        if (images.Grids.Count == 0)
            throw section.Error("grids", $"is empty; at least one grid of {tile}-pixel tiles is needed");
        section.Finish();
        return images;
    }
}

/// <summary>A grid of tiles.</summary>
/// <param name="Rows">Tiles from top to bottom.</param>
/// <param name="Columns">Tiles from left to right.</param>
public readonly record struct TileGrid(int Rows, int Columns)
{
    internal static TileGrid? Parse(string text)
    {
        var parts = text.Split('x');
        if (parts.Length == 2 && int.TryParse(parts[0], out var rows) && int.TryParse(parts[1], out var columns) && rows is >= 1 and <= 12 && columns is >= 1 and <= 12)
            return new TileGrid(rows, columns);
        return null;
    }
}

using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Text;
using Nunchi.Training.Recipes;
using Nunchi.Training.Vocabularies;

namespace Nunchi.Training.Stages;

/// <summary>Turns a recipe's sizes into a model of the LLaVA-OneVision family.</summary>
internal static class ModelBuilder
{
    /// <summary>The configuration of the recipe's model.</summary>
    /// <param name="recipe">Sizes.</param>
    /// <param name="vocabulary">Rows of the embedding.</param>
    /// <param name="tokenizer">Names the special tokens; null for a model whose decoder is not used.</param>
    public static VisionLanguageConfig Configure(ModelRecipe recipe, int vocabulary, Tokenizer? tokenizer = null) => new()
    {
        ImageTokenId = tokenizer?.TokenId(MiniTokenizer.ImageToken) ?? vocabulary - 1,
        VideoTokenId = tokenizer?.TokenId("<video>"),
        Vision = new ImageEncoderConfig
        {
            HiddenSize = recipe.Encoder.Width,
            IntermediateSize = recipe.Encoder.Mlp,
            Layers = recipe.Encoder.Layers,
            Heads = recipe.Encoder.Heads,
            ImageSize = recipe.Encoder.Tile,
            PatchSize = recipe.Encoder.Patch,
        },
        Text = new TextDecoderConfig
        {
            Family = "qwen3",
            VocabularySize = vocabulary,
            HiddenSize = recipe.Decoder.Width,
            IntermediateSize = recipe.Decoder.Mlp,
            Layers = recipe.Decoder.Layers,
            QueryHeads = recipe.Decoder.Heads,
            KeyHeads = recipe.Decoder.KeyValueHeads,
            HeadSize = recipe.Decoder.HeadSize,
            RopeTheta = recipe.Decoder.RopeTheta,
            MaxPositions = recipe.Decoder.MaxPositions,
            QueryKeyNorm = true,
            TieWordEmbeddings = true,
            EosTokenIds = tokenizer?.EosToken is { } end && tokenizer.TokenId(end) is { } endId ? [endId] : [],
            PadTokenId = tokenizer?.PadToken is { } pad ? tokenizer.TokenId(pad) : null,
        },
        VisionAspectRatio = $"anyres_max_{recipe.Images.AnyResMax}",
        GridPinpoints = [.. recipe.Images.Grids.Select(grid => new ImageSize(grid.Rows * recipe.Encoder.Tile, grid.Columns * recipe.Encoder.Tile))],
    };

    /// <summary>How the model's pictures are prepared.</summary>
    public static ImageProcessorConfig Images(VisionLanguageConfig config, ModelRecipe recipe) => new()
    {
        TileSize = config.Vision.ImageSize,
        Canvases = config.GridPinpoints,
        MaxTiles = recipe.Images.AnyResMax,
    };

    /// <summary>A model with starting values that depend on the recipe's seed alone.</summary>
    public static VisionLanguageModel Create(ComputeBackend backend, VisionLanguageConfig config, int seed)
    {
        var model = new VisionLanguageModel(backend, config);
        model.Initialise((ulong)seed);
        return model;
    }

    /// <summary>The model's parameters of some modules as a stage trains and saves them.</summary>
    public static IEnumerable<TrainingParameter> Parameters(VisionLanguageModel model, params ModelModule[] modules) =>
        model.Parameters.All.Where(parameter => modules.Contains(parameter.Module)).Select(parameter => new TrainingParameter(
            parameter.Name,
            ModuleName(parameter.Module),
            parameter.Tensor,
            parameter.IsMatrixInsideLayer,
            parameter.Decays,
            parameter.Views.Count > 1 && parameter.IsMatrixInsideLayer ? [.. parameter.Views.Select(view => (int)view.Shape[0])] : null));

    private static string ModuleName(ModelModule module) => module switch
    {
        ModelModule.Encoder => "encoder",
        ModelModule.Decoder => "decoder",
        _ => "projector",
    };
}

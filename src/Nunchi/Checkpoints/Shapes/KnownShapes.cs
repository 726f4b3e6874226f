using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Models.Families.Llava;

namespace Nunchi.Checkpoints.Shapes;

/// <summary>The sizes of models by name, for plans and for checkpoints of random weights; none of these holds anybody's weights.</summary>
public static class KnownShapes
{
    private const int QwenVocabulary = 151936;

    /// <summary>Names and sizes. The token ids are those of no tokenizer: they are set when a checkpoint is made.</summary>
    public static IReadOnlyDictionary<string, VisionLanguageConfig> All { get; } = new SortedDictionary<string, VisionLanguageConfig>(StringComparer.OrdinalIgnoreCase)
    {
        ["varco-vision-2.0-1.7b"] = Varco2(Qwen3Small),
        ["varco-vision-2.0-1.7b-ocr"] = Varco2(Qwen3Small),
        ["varco-vision-2.0-14b"] = Varco2(Qwen3Large),
        ["varco-vision-14b"] = new VisionLanguageConfig { Vision = So400M(14), Text = Qwen25Large },
        ["llava-1.5-7b"] = new VisionLanguageConfig
        {
            Family = VisionLanguageConfig.Llava,
            Vision = ClipLarge,
            Text = new TextDecoderConfig { Family = "llama", QueryKeyNorm = false, VocabularySize = 32064, IntermediateSize = 11008, MaxPositions = 4096, RmsNormEpsilon = 1e-5 },
            TilesPictures = false,
            VisionAspectRatio = "",
            GridPinpoints = [],
            VisionFeatureLayer = -2,
            VideoTokenId = null,
        },
        ["nunchi-mini"] = new VisionLanguageConfig
        {
            Vision = new ImageEncoderConfig { HiddenSize = 256, IntermediateSize = 1024, Layers = 8, Heads = 4, ImageSize = 192, PatchSize = 16 },
            Text = new TextDecoderConfig { VocabularySize = 4608, HiddenSize = 384, IntermediateSize = 1024, Layers = 6, QueryHeads = 6, KeyHeads = 2, HeadSize = 64, MaxPositions = 8192, TieWordEmbeddings = true },
            VisionAspectRatio = "anyres_max_4",
            GridPinpoints = [.. new (int Rows, int Columns)[] { (1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3), (4, 1) }.Select(grid => new ImageSize(grid.Rows * 192, grid.Columns * 192))],
        },
    };

    // google/siglip-so400m-patch14-384 and google/siglip2-so400m-patch16-384 without the last of their 27 layers.
    private static ImageEncoderConfig So400M(int patch) => new() { HiddenSize = 1152, IntermediateSize = 4304, Layers = 26, Heads = 16, ImageSize = 384, PatchSize = patch };

    private static ImageEncoderConfig ClipLarge => LlavaFamily.ClipLarge336 with { DropsFirstToken = true };

    private static TextDecoderConfig Qwen3Small => new()
    {
        VocabularySize = QwenVocabulary,
        HiddenSize = 2048,
        IntermediateSize = 6144,
        Layers = 28,
        QueryHeads = 16,
        KeyHeads = 8,
        HeadSize = 128,
        RopeTheta = 1e6,
        MaxPositions = 40960,
        TieWordEmbeddings = true,
    };

    private static TextDecoderConfig Qwen3Large => new()
    {
        VocabularySize = QwenVocabulary,
        HiddenSize = 5120,
        IntermediateSize = 17408,
        Layers = 40,
        QueryHeads = 40,
        KeyHeads = 8,
        HeadSize = 128,
        RopeTheta = 1e6,
        MaxPositions = 40960,
    };

    private static TextDecoderConfig Qwen25Large => new()
    {
        Family = "qwen2",
        VocabularySize = 151680,
        HiddenSize = 5120,
        IntermediateSize = 13824,
        Layers = 48,
        QueryHeads = 40,
        KeyHeads = 8,
        HeadSize = 128,
        RopeTheta = 1e6,
        AttentionBias = true,
        QueryKeyNorm = false,
    };

    private static VisionLanguageConfig Varco2(TextDecoderConfig text) => new() { Vision = So400M(16), Text = text };
}

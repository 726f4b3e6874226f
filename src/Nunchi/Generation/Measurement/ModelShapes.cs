using Nunchi.Models;

namespace Nunchi.Generation.Measurement;

/// <summary>Shapes of published models, for measuring speed with random weights.</summary>
public static class ModelShapes
{
    private static readonly ImageEncoderConfig So400m = new() { HiddenSize = 1152, IntermediateSize = 4304, Layers = 27, Heads = 16, ImageSize = 384, PatchSize = 16 };

    private static readonly TextDecoderConfig Qwen3 = new() { Family = "qwen3", VocabularySize = 151936, KeyHeads = 8, HeadSize = 128, RopeTheta = 1_000_000, MaxPositions = 40960 };

    private static readonly Dictionary<string, VisionLanguageConfig> Known = new(StringComparer.Ordinal)
    {
        ["varco-vision-2.0-1.7b"] = new()
        {
            Vision = So400m,
            VisionFeatureLayer = -2,
            Text = Qwen3 with { HiddenSize = 2048, IntermediateSize = 6144, Layers = 28, QueryHeads = 16, TieWordEmbeddings = true },
        },
        ["varco-vision-2.0-14b"] = new()
        {
            Vision = So400m,
            VisionFeatureLayer = -2,
            Text = Qwen3 with { HiddenSize = 5120, IntermediateSize = 17408, Layers = 40, QueryHeads = 40 },
        },
        // The encoder is what is measured; the decoder only has to be there.
        ["siglip2-so400m"] = new()
        {
            Vision = So400m,
            VisionFeatureLayer = -2,
            Text = Qwen3 with { VocabularySize = 1024, HiddenSize = 1024, IntermediateSize = 1024, Layers = 1, QueryHeads = 8, TieWordEmbeddings = true },
        },
        ["nunchi-mini"] = new()
        {
            Vision = new() { HiddenSize = 256, IntermediateSize = 1024, Layers = 6, Heads = 4, ImageSize = 192, PatchSize = 16 },
            Text = new()
            {
                VocabularySize = 4096,
                HiddenSize = 256,
                IntermediateSize = 768,
                Layers = 6,
                QueryHeads = 4,
                KeyHeads = 2,
                HeadSize = 64,
                TieWordEmbeddings = true,
                MaxPositions = 8192,
            },
        },
    };

    /// <summary>The names, for messages.</summary>
    public static string Names => string.Join(", ", Known.Keys);

    /// <summary>The configuration of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists them.</exception>
    public static VisionLanguageConfig Find(string name) =>
        Known.TryGetValue(name, out VisionLanguageConfig? config) ? config : throw new ArgumentException($"\"{name}\" is no shape; expected {Names}.", nameof(name));
}

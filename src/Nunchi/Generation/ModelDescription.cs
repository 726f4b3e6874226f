using Nunchi.Chat;
using Nunchi.Hub;
using Nunchi.Models;
using Nunchi.Tensors.Backends;

namespace Nunchi.Generation;

/// <summary>Describes a loaded model for people.</summary>
internal static class ModelDescription
{
    public static ModelInfo Of(string directory, VisionLanguageModel model, ComputeBackend backend, TimeSpan loadTime)
    {
        VisionLanguageConfig config = model.Config;
        ImageEncoderConfig vision = config.Vision;
        TextDecoderConfig text = config.Text;
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        string heads = text.QueryHeads == text.KeyHeads ? $"{text.QueryHeads} heads" : $"{text.QueryHeads} heads over {text.KeyHeads}";
        return new ModelInfo
        {
            Name = HubCache.NameOf(path) ?? Path.GetFileName(path),
            Directory = path,
            Family = config.Family,
            Parts =
            [
                Part(model, "encoder", $"{(vision.Family == ImageEncoderConfig.Clip ? "CLIP" : "SigLIP")}, {vision.HiddenSize} wide, {config.VisionLayersUsed} layers, tile {vision.ImageSize}, patch {vision.PatchSize}", ModelModule.Encoder),
                Part(model, "projector", $"two layers with GELU, {vision.HiddenSize} to {text.HiddenSize}", ModelModule.Projector, ModelModule.Newline),
                Part(model, "decoder", $"{FamilyName(text.Family)}, {text.HiddenSize} wide, {text.Layers} layers, {heads}", ModelModule.Decoder),
            ],
            ContextLength = text.MaxPositions,
            VocabularySize = text.VocabularySize,
            Kernels = backend.Name,
            LoadTime = loadTime,
        };
    }

    private static ModulePart Part(VisionLanguageModel model, string name, string architecture, params ReadOnlySpan<ModelModule> modules)
    {
        long count = 0;
        foreach (ModelModule module in modules)
            count += model.Parameters.Count(module);
        return new ModulePart(name, architecture, count, count * sizeof(float), "float32");
    }

    private static string FamilyName(string family) => family switch
    {
        "qwen2" => "Qwen2",
        "qwen3" => "Qwen3",
        "mistral" => "Mistral",
        _ => "Llama",
    };
}

using Nunchi.Chat;
using Nunchi.Hub;
using Nunchi.Models;
using Nunchi.Tensors.Backends;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;

namespace Nunchi.Generation;

/// <summary>Describes a loaded model for people.</summary>
internal static class ModelDescription
{
    public static ModelInfo Of(string directory, VisionLanguageModel model, ComputeBackend backend, CacheFormat cache, TimeSpan loadTime)
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
            Kernels = model.Parameters.All.Any(parameter => parameter.Tensor.Packed != null) ? $"{backend.Name}, {backend.PackedName}" : backend.Name,
            KeyValueCache = Cache(cache, text),
            LoadTime = loadTime,
        };
    }

    /// <summary>How keys and values are kept, and what a token of a conversation takes.</summary>
    public static string Cache(CacheFormat format, TextDecoderConfig text)
    {
        long head = format == CacheFormat.Float32 ? text.HeadSize * sizeof(float) : text.HeadSize + sizeof(float);
        return $"{(format == CacheFormat.Float32 ? "float32" : "int8")}, {2 * text.Layers * text.KeyHeads * head / 1000.0:0.0} KB a token";
    }

    private static ModulePart Part(VisionLanguageModel model, string name, string architecture, params ReadOnlySpan<ModelModule> modules)
    {
        long count = 0, bytes = 0;
        var largest = new Dictionary<WeightFormat, long>();
        foreach (Parameter parameter in model.Parameters.All)
        {
            if (!modules.Contains(parameter.Module))
                continue;
            count += parameter.Tensor.Count;
            bytes += parameter.Tensor.Bytes;
            largest[parameter.Tensor.Format] = largest.GetValueOrDefault(parameter.Tensor.Format) + parameter.Tensor.Count;
        }
        // The formats that hold more than a hundredth of the numbers, the one that holds most first.
        string precision = string.Join(" + ", largest.Where(pair => pair.Value * 100 >= count).OrderByDescending(pair => pair.Value).Select(pair => NameOf(pair.Key)));
        return new ModulePart(name, architecture, count, bytes, precision);
    }

    private static string NameOf(WeightFormat format) => format == WeightFormat.Float32 ? "float32" : WeightFormats.NameOf(format);

    private static string FamilyName(string family) => family switch
    {
        "qwen2" => "Qwen2",
        "qwen3" => "Qwen3",
        "mistral" => "Mistral",
        _ => "Llama",
    };
}

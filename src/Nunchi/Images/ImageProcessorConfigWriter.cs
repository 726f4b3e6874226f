using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nunchi.Images;

/// <summary>Writes the two files that releases 4.45 and later of transformers read for a LLaVA-OneVision checkpoint.</summary>
internal static class ImageProcessorConfigWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    public static void Save(ImageProcessorConfig config, string directory, int tokensPerSide)
    {
        if (config.Layout != ImageLayout.AnyRes)
            throw new NotSupportedException("Only tiling checkpoints are written.");
        Write(Path.Combine(directory, "preprocessor_config.json"), ImageProcessor(config));
        Write(Path.Combine(directory, "processor_config.json"), new JsonObject
        {
            ["image_token"] = "<image>",
            ["num_image_tokens"] = tokensPerSide * tokensPerSide,
            ["processor_class"] = "LlavaOnevisionProcessor",
            ["video_token"] = "<video>",
            ["vision_aspect_ratio"] = config.AspectRatio,
            ["vision_feature_select_strategy"] = "full",
        });
    }

    private static JsonObject ImageProcessor(ImageProcessorConfig config) => new()
    {
        ["do_convert_rgb"] = true,
        ["do_normalize"] = true,
        ["do_pad"] = config.Pad,
        ["do_rescale"] = true,
        ["do_resize"] = true,
        ["image_grid_pinpoints"] = new JsonArray([.. config.Canvases.Select(canvas => new JsonArray(canvas.Height, canvas.Width))]),
        ["image_mean"] = new JsonArray([.. config.Mean.Select(value => JsonValueOf(value))]),
        ["image_processor_type"] = config.ProcessorType,
        ["image_std"] = new JsonArray([.. config.Std.Select(value => JsonValueOf(value))]),
        ["processor_class"] = "LlavaOnevisionProcessor",
        ["resample"] = (int)config.Resample,
        ["rescale_factor"] = config.RescaleFactor,
        ["size"] = new JsonObject { ["height"] = config.TileSize, ["width"] = config.TileSize },
    };

    private static JsonNode JsonValueOf(double value) => System.Text.Json.Nodes.JsonValue.Create(value);

    private static void Write(string file, JsonObject content) => File.WriteAllText(file, content.ToJsonString(Indented) + "\n");
}

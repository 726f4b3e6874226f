using System.Text.Json;
using System.Text.Json.Nodes;
using Nunchi.Models;

namespace Nunchi.Images;

/// <summary>Writes the two files that releases 4.45 and later of transformers read for a checkpoint.</summary>
internal static class ImageProcessorConfigWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    public static void Save(ImageProcessorConfig config, string directory, ImageEncoderConfig vision)
    {
        Write(Path.Combine(directory, "preprocessor_config.json"), ImageProcessor(config));
        var processor = new JsonObject
        {
            ["image_token"] = "<image>",
            ["num_additional_image_tokens"] = vision.SequenceLength - vision.Tokens,
            ["num_image_tokens"] = vision.Tokens,
            ["patch_size"] = vision.PatchSize,
            ["processor_class"] = ProcessorClass(config),
            ["video_token"] = "<video>",
            ["vision_aspect_ratio"] = config.AspectRatio,
            ["vision_feature_select_strategy"] = vision.DropsFirstToken ? "default" : "full",
        };
        bool onevision = IsOnevision(config);
        foreach (string key in onevision ? (string[])["num_additional_image_tokens", "patch_size"] : ["num_image_tokens", "video_token", "vision_aspect_ratio"])
            processor.Remove(key);
        Write(Path.Combine(directory, "processor_config.json"), processor);
    }

    private static JsonObject ImageProcessor(ImageProcessorConfig config)
    {
        var json = new JsonObject { ["do_convert_rgb"] = true };
        if (!IsOnevision(config))
        {
            json["crop_size"] = Square(config.TileSize);
            json["do_center_crop"] = config.Layout == ImageLayout.AnyRes || config.CenterCrop;
        }
        json["do_normalize"] = true;
        if (config.Layout == ImageLayout.AnyRes || config.Pad)
            json["do_pad"] = config.Pad;
        json["do_rescale"] = true;
        json["do_resize"] = true;
        if (config.Layout == ImageLayout.AnyRes)
            json["image_grid_pinpoints"] = new JsonArray([.. config.Canvases.Select(canvas => new JsonArray(canvas.Height, canvas.Width))]);
        json["image_mean"] = new JsonArray([.. config.Mean.Select(JsonValueOf)]);
        json["image_processor_type"] = config.ProcessorType;
        json["image_std"] = new JsonArray([.. config.Std.Select(JsonValueOf)]);
        json["processor_class"] = ProcessorClass(config);
        json["resample"] = (int)config.Resample;
        json["rescale_factor"] = config.RescaleFactor;
        int? edge = config.Layout == ImageLayout.SingleCrop ? config.ShortestEdge : IsOnevision(config) ? null : config.TileSize;
        json["size"] = edge is { } shortest ? new JsonObject { ["shortest_edge"] = shortest } : Square(config.TileSize);
        return json;
    }

    private static bool IsOnevision(ImageProcessorConfig config) =>
        config.Layout == ImageLayout.AnyRes && !config.ProcessorType.StartsWith("LlavaNext", StringComparison.Ordinal);

    private static string ProcessorClass(ImageProcessorConfig config) =>
        config.Layout == ImageLayout.SingleCrop ? "LlavaProcessor" : IsOnevision(config) ? "LlavaOnevisionProcessor" : "LlavaNextProcessor";

    private static JsonObject Square(int side) => new() { ["height"] = side, ["width"] = side };

    private static JsonNode JsonValueOf(double value) => System.Text.Json.Nodes.JsonValue.Create(value);

    private static void Write(string file, JsonObject content) => File.WriteAllText(file, content.ToJsonString(Indented) + "\n");
}

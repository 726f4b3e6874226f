using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Conversion;

/// <summary>Carries the files beside the weights over, changed only where the new weights or an older release ask for it.</summary>
internal static class ConfigurationFiles
{
    private const long LargestFile = 512L << 20;
    private static readonly string[] WeightEndings = [".safetensors", ".safetensors.index.json", ".bin", ".bin.index.json", ".pt", ".pth", ".pkl", ".ckpt", ".h5", ".msgpack", ".gguf", ".onnx"];
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Copies what is no weight.</summary>
    public static (IReadOnlyList<string> Carried, IReadOnlyList<string> LeftOut) Copy(string from, string to)
    {
        var carried = new List<string>();
        var leftOut = new List<string>();
        foreach (string path in Directory.EnumerateFileSystemEntries(from).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (name.EndsWith(SafetensorsArchive.IndexFileName, StringComparison.Ordinal) || name == SafetensorsArchive.SingleFileName || IsShard(name))
                continue;
            if (Directory.Exists(path) || WeightEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || FileLength.Of(path) > LargestFile)
            {
                leftOut.Add(name);
                continue;
            }
            File.Copy(path, Path.Combine(to, name));
            carried.Add(name);
        }
        return (carried, leftOut);
    }

    /// <summary>Says the new element type where the configuration says one.</summary>
    public static void SetType(string directory, SafetensorsType type)
    {
        string name = type switch { SafetensorsType.BF16 => "bfloat16", SafetensorsType.F16 => "float16", _ => "float32" };
        Change(Path.Combine(directory, "config.json"), root =>
        {
            bool told = false;
            foreach (JsonObject? section in (JsonObject?[])[root, root["text_config"] as JsonObject, root["vision_config"] as JsonObject])
            {
                foreach (string key in (string[])["dtype", "torch_dtype"])
                {
                    if (section?.ContainsKey(key) == true)
                    {
                        section[key] = name;
                        told = true;
                    }
                }
            }
            if (!told)
                root["torch_dtype"] = name;
        });
    }

    /// <summary>Writes keys and files in the places where releases 4.x look for them, beside those of release 5.</summary>
    public static void FitRelease4(string directory)
    {
        Change(Path.Combine(directory, "config.json"), root =>
        {
            if (root["dtype"] is { } type && !root.ContainsKey("torch_dtype"))
                root["torch_dtype"] = type.DeepClone();
            foreach (JsonObject? section in (JsonObject?[])[root, root["text_config"] as JsonObject])
            {
                if (section?["rope_parameters"] is not JsonObject rope)
                    continue;
                if (rope["rope_theta"] is { } theta && !section.ContainsKey("rope_theta"))
                    section["rope_theta"] = theta.DeepClone();
                if (rope["rope_type"]?.GetValue<string>() is { } kind and not "default" && section["rope_scaling"] is null)
                {
                    JsonObject scaling = rope.DeepClone().AsObject();
                    scaling.Remove("rope_theta");
                    section["rope_scaling"] = scaling;
                }
            }
        });
        string processor = Path.Combine(directory, "processor_config.json"), images = Path.Combine(directory, "preprocessor_config.json");
        if (File.Exists(processor))
        {
            Change(processor, root =>
            {
                if (root["image_processor"] is JsonObject inner && !File.Exists(images))
                    Write(images, inner);
                root.Remove("image_processor");
                root.Remove("video_processor");
            });
        }
        string tokenizer = Path.Combine(directory, "tokenizer_config.json");
        if (File.Exists(tokenizer))
        {
            Change(tokenizer, root =>
            {
                if (root["tokenizer_class"]?.GetValue<string>() == "TokenizersBackend")
                    root["tokenizer_class"] = "PreTrainedTokenizerFast";
            });
        }
        string jinja = Path.Combine(directory, "chat_template.jinja"), json = Path.Combine(directory, "chat_template.json");
        if (File.Exists(jinja) && !File.Exists(json))
            Write(json, new JsonObject { ["chat_template"] = File.ReadAllText(jinja) });
    }

    private static bool IsShard(string name) => name.StartsWith("model-", StringComparison.Ordinal) && name.EndsWith(".safetensors", StringComparison.Ordinal);

    private static void Change(string file, Action<JsonObject> change)
    {
        try
        {
            JsonObject root = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllBytes(file), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new InvalidDataException($"{file}: expected a JSON object.");
            change(root);
            Write(file, root);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file}: {failure.Message}", failure);
        }
    }

    private static void Write(string file, JsonObject root) => AtomicFile.WriteAllText(file, root.ToJsonString(Layout) + "\n");
}

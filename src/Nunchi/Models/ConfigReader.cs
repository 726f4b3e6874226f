using Nunchi.Models.Families;

namespace Nunchi.Models;

/// <summary>Reads <c>config.json</c>. What a file leaves out has the default of the class in transformers that wrote it.</summary>
public static class ConfigReader
{
    /// <summary>Families that can be loaded.</summary>
    public static IReadOnlyList<string> KnownFamilies { get; } = [.. ModelFamilies.All.Select(family => family.Name)];

    /// <summary>Reads the configuration of a checkpoint directory.</summary>
    /// <param name="directory">A Hugging Face directory.</param>
    /// <exception cref="FileNotFoundException">The directory or its <c>config.json</c> is not there.</exception>
    /// <exception cref="InvalidDataException">The family is unknown, a feature is not supported, or a value is wrong; the message names file and key.</exception>
    public static VisionLanguageConfig Load(string directory)
    {
        string file = Path.Combine(directory, "config.json");
        if (!Directory.Exists(directory))
            throw new FileNotFoundException($"There is no checkpoint directory \"{directory}\".", directory);
        if (!File.Exists(file))
            throw new FileNotFoundException($"\"{directory}\" is no checkpoint directory: it has no config.json.", file);
        ConfigSection root = ConfigSection.Load(file);
        ModelFamily family = ModelFamilies.Find(root.Text("model_type")) ?? throw root.Wrong("model_type", $"a family that is known: {string.Join(", ", KnownFamilies)}");
        VisionLanguageConfig config = family.Read(root);
        if (config.VisionLayersUsed < 1)
            throw root.Wrong("vision_feature_layer", "a layer's output, not the embeddings");
        if (config.TilesPictures && config.Vision.FeaturesPerCrop != config.Vision.Tokens)
            throw root.Wrong("vision_feature_select_strategy", $"\"{(config.Vision.HasClassToken ? "default" : "full")}\": tiles are put together from {config.Vision.Tokens} features each, this gives {config.Vision.FeaturesPerCrop}");
        return config;
    }

    /// <summary>Bytes of one weight in a checkpoint's files as <c>config.json</c> says it (<c>dtype</c> or <c>torch_dtype</c>): 4 for float32 or when it is silent, else 2.</summary>
    /// <param name="directory">A Hugging Face directory.</param>
    /// <exception cref="InvalidDataException">The value is no type that weights are read in; the message names file and key.</exception>
    public static int ElementBytes(string directory)
    {
        ConfigSection root = ConfigSection.Load(Path.Combine(directory, "config.json"));
        string key = root.Text("dtype") != null ? "dtype" : "torch_dtype";
        return root.Choice(key, "float32", "float32", "bfloat16", "float16") == "float32" ? 4 : 2;
    }
}

using Nunchi.Images;
using Nunchi.Models;
using Nunchi.Models.Families;
using Nunchi.Tensors.Safetensors;

namespace Nunchi.Checkpoints;

/// <summary>
/// Writes a model as a Hugging Face directory that transformers loads: configuration, weights in the
/// names of release 5, tokenizer, template, image processor, generation configuration. The directory appears whole or not at all.
/// </summary>
public static class CheckpointWriter
{
    private static readonly string[] TextFileNames =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>Writes a checkpoint directory; one that is there is replaced.</summary>
    /// <param name="directory">Where it is to be; its parent must exist.</param>
    /// <param name="model">The model.</param>
    /// <param name="images">How its pictures are prepared; must agree with the model's configuration.</param>
    /// <param name="writeTextFiles">Writes tokenizer and chat template into the directory it is given, for example <see cref="CopyTextFiles"/>.</param>
    /// <param name="type">F32, or BF16 (rounded to nearest, ties to even).</param>
    /// <param name="generation">Penalties that answers are made with; null for none.</param>
    /// <exception cref="ArgumentException">Image preparation and model disagree.</exception>
    /// <exception cref="IOException">The disk is full or the place cannot be written; what was there is as it was.</exception>
    public static void Write(string directory, VisionLanguageModel model, ImageProcessorConfig images, Action<string> writeTextFiles, SafetensorsType type = SafetensorsType.BF16, GenerationConfig? generation = null)
    {
        VisionLanguageConfig config = model.Config;
        if (images.TileSize != config.Vision.ImageSize || (config.TilesPictures && images.AspectRatio != config.VisionAspectRatio) || !images.Canvases.SequenceEqual(config.GridPinpoints))
            throw new ArgumentException($"The image processor's tile {images.TileSize}, {images.AspectRatio} and canvases differ from the model's {config.Vision.ImageSize}, {config.VisionAspectRatio} and pinpoints.", nameof(images));
        string final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        string mark = $".{Path.GetFileName(final)}.{Guid.NewGuid():n}";
        string parent = Path.GetDirectoryName(final) ?? throw new ArgumentException($"\"{directory}\" is no place for a checkpoint.", nameof(directory));
        string unfinished = Path.Combine(parent, mark + ".unfinished"), replaced = Path.Combine(parent, mark + ".replaced");
        try
        {
            Directory.CreateDirectory(unfinished);
            WriteWeights(Path.Combine(unfinished, SafetensorsArchive.SingleFileName), model, type);
            ConfigWriter.Write(unfinished, config, type == SafetensorsType.BF16 ? "bfloat16" : "float32", generation);
            images.Save(unfinished, config.Vision);
            writeTextFiles(unfinished);
            if (Directory.Exists(final))
                Directory.Move(final, replaced);
            Directory.Move(unfinished, final);
        }
        catch (Exception failure)
        {
            Undo(unfinished, replaced, final);
            if (failure is IOException or UnauthorizedAccessException)
                throw new IOException($"The checkpoint {final} could not be written: {failure.Message.TrimEnd('.')}. What was there is as it was.", failure);
            throw;
        }
        if (Directory.Exists(replaced))
            Directory.Delete(replaced, recursive: true);
    }

    /// <summary>Copies tokenizer and chat template of another checkpoint directory, for <see cref="Write"/>.</summary>
    /// <param name="from">The directory to copy from.</param>
    /// <exception cref="FileNotFoundException">It has no <c>tokenizer.json</c>.</exception>
    public static Action<string> CopyTextFiles(string from)
    {
        if (!File.Exists(Path.Combine(from, "tokenizer.json")))
            throw new FileNotFoundException($"\"{from}\" has no tokenizer.json to copy.", Path.Combine(from, "tokenizer.json"));
        return to =>
        {
            foreach (string name in TextFileNames)
            {
                string path = Path.Combine(from, name);
                if (File.Exists(path))
                    File.Copy(path, Path.Combine(to, name));
            }
        };
    }

    internal static void WriteWeights(string path, VisionLanguageModel model, SafetensorsType type)
    {
        ModelFamily family = ModelFamilies.Of(model.Config);
        var views = model.Parameters.All.SelectMany(parameter => parameter.Views.Select(view => (Parameter: parameter, View: view, Name: CheckpointLayout.ToWrittenName(family, view.Name))))
            .OrderBy(item => item.Name, StringComparer.Ordinal).ToList();
        using var writer = new SafetensorsWriter(path, views.Select(item => new SafetensorsSlot(item.Name, item.View.Shape)), type);
        foreach (var (parameter, view, name) in views)
            writer.Write(name, view.In(parameter.Tensor));
        writer.Commit();
    }

    private static void Undo(string unfinished, string replaced, string final)
    {
        try
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            if (Directory.Exists(replaced) && !Directory.Exists(final))
                Directory.Move(replaced, final);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; what is left says in its name that it is unfinished.
        }
    }
}

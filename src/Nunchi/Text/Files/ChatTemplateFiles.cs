using System.Text;
using System.Text.Json;

namespace Nunchi.Text.Files;

/// <summary>Finds the chat template of a checkpoint directory.</summary>
internal static class ChatTemplateFiles
{
    private const long FileLimit = 64L << 20;

    private static readonly string[] JsonFiles = ["chat_template.json", "processor_config.json", "tokenizer_config.json"];

    public static (string Source, string File) Find(string directory)
    {
        var file = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(file))
            return (ReadText(file), file);
        foreach (var name in JsonFiles)
        {
            file = Path.Combine(directory, name);
            if (File.Exists(file) && JsonNode.Read(JsonNode.ReadFile(file, FileLimit), file, root => Pick(root.Get("chat_template"))) is { } source)
                return (source, file);
        }

        throw new FileNotFoundException(
            $"{directory}: no chat template; expected chat_template.jinja, or \"chat_template\" in {string.Join(", ", JsonFiles)}", file);
    }

    private static string ReadText(string file)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(JsonNode.ReadFile(file, FileLimit)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidDataException($"{file}: byte {problem.Index} is not UTF-8", problem);
        }
    }

    // One template, a list of {name, template}, or a dictionary by name.
    private static string? Pick(JsonNode node)
    {
        switch (node.Kind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            case JsonValueKind.String:
                return node.Text();
            case JsonValueKind.Object:
                return node.Get("default").Text();
            case JsonValueKind.Array:
                foreach (var named in node.Items())
                {
                    if (named.Get("name").Text() == "default")
                        return named.Get("template").Text();
                }

                throw node.Error("none of the templates is named \"default\"");
            default:
                throw node.Expected("a template or a list of named templates");
        }
    }
}

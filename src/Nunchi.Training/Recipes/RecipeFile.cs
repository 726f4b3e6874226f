using Nunchi.Tensors.Safetensors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Nunchi.Training.Recipes;

/// <summary>Opens a recipe as a tree of YAML nodes that know their lines.</summary>
internal static class RecipeFile
{
    private const int LargestBytes = 1 << 20;
    private const int DeepestNesting = 32;

    /// <summary>The text of a recipe, bounded in size.</summary>
    public static string ReadText(string path)
    {
        if (Directory.Exists(path))
            throw new RecipeException(path, 0, "is a directory; a recipe is a YAML file");
        if (!File.Exists(path))
            throw new RecipeException(path, 0, "there is no such recipe");
        try
        {
            if (FileLength.Of(path) is var length and > LargestBytes)
                throw new RecipeException(path, 0, $"has {length} bytes; a recipe has at most {LargestBytes}");
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException(path, 0, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The root section of a recipe.</summary>
    /// <param name="path">Name of the file for messages; relative paths inside the recipe are looked up from its directory.</param>
    /// <param name="text">Its text.</param>
    /// <param name="pathsMustExist">Whether a path that is not there is an error now (it is later, when it is needed).</param>
    public static RecipeSection Parse(string path, string text, bool pathsMustExist = true)
    {
        var stream = new YamlStream();
        try
        {
            RequireShallow(path, text);
            stream.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            throw new RecipeException(path, error.Start.Line, $"is not valid YAML: {error.Message}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException)
        {
            // The scanner of YamlDotNet throws these on some texts that end too early.
            throw new RecipeException(path, 0, $"is not valid YAML: {error.Message}", error);
        }

        if (stream.Documents.Count != 1)
            throw new RecipeException(path, 0, $"holds {stream.Documents.Count} YAML documents; a recipe is exactly one");
        if (stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new RecipeException(path, stream.Documents[0].RootNode.Start.Line, "must be a mapping of keys to values");
        return new RecipeSection(path, "", root, pathsMustExist);
    }

    private static void RequireShallow(string path, string text)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            if (parser.Current is MappingStart or SequenceStart)
                depth++;
            else if (parser.Current is MappingEnd or SequenceEnd)
                depth--;
            if (depth > DeepestNesting)
                throw new RecipeException(path, parser.Current!.Start.Line, $"is nested deeper than {DeepestNesting} levels");
        }
    }
}

using System.Text;

namespace Nunchi.Data.Corpus;

/// <summary>Reads the block files of this folder: lines in blocks that start with "= heading"; "#" starts a comment.</summary>
internal static class CorpusResource
{
    public static List<(string Heading, List<string> Lines)> Blocks(string file)
    {
        string resource = "Nunchi.Data.Corpus." + file;
        using Stream stream = typeof(CorpusResource).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is not in the assembly.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        List<(string Heading, List<string> Lines)> blocks = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("= ", StringComparison.Ordinal))
                blocks.Add((line[2..].Trim(), []));
            else if (blocks.Count == 0)
                throw new InvalidDataException($"{file}: the line '{line}' stands before the first block.");
            else
                blocks[^1].Lines.Add(line);
        }

        return blocks;
    }
}

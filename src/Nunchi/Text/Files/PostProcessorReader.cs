using Nunchi.Text.BytePairs;

namespace Nunchi.Text.Files;

/// <summary>Reads the <c>post_processor</c>: which ids are put before and after a text.</summary>
internal static class PostProcessorReader
{
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(JsonNode node, Vocabulary vocabulary, int depth = 0)
    {
        if (node.IsNull)
            return ([], []);
        var type = node.Get("type").Text();
        switch (type)
        {
            case "ByteLevel":
                return ([], []);
            case "Sequence" when depth < 4:
                List<int> first = [], last = [];
                foreach (var step in node.Get("processors").Items())
                {
                    var (prefix, suffix) = Read(step, vocabulary, depth + 1);
                    first.InsertRange(0, prefix);
                    last.AddRange(suffix);
                }

                return (first, last);
            case "TemplateProcessing":
                return ReadTemplate(node, vocabulary);
            default:
                throw node.Error($"post-processor \"{type}\" is not supported (ByteLevel, TemplateProcessing and Sequence are)");
        }
    }

    private static (List<int> Prefix, List<int> Suffix) ReadTemplate(JsonNode node, Vocabulary vocabulary)
    {
        List<int> prefix = [], suffix = [];
        var texts = 0;
        foreach (var piece in node.Get("single").Items())
        {
            var special = piece.Get("SpecialToken");
            if (special.IsNull)
            {
                piece.Get("Sequence").Get("id").Text();
                texts++;
                continue;
            }

            var name = special.Get("id").Text();
            foreach (var id in node.Get("special_tokens").Get(name).Get("ids").Items())
            {
                var value = id.Integer();
                if (!vocabulary.Has(value))
                    throw id.Error($"there is no token {value}");
                (texts == 0 ? prefix : suffix).Add(value);
            }
        }

        return texts == 1 ? (prefix, suffix) : throw node.Get("single").Error($"expected the text once, found it {texts} times");
    }
}

using System.Text.Json;
using Nunchi.Text.Normalization;

namespace Nunchi.Text.Files;

/// <summary>Reads the <c>normalizer</c> of a tokenizer file.</summary>
internal static class NormalizerReader
{
    private const int LengthLimit = 64;

    public static TextNormalizer Read(JsonNode node)
    {
        var steps = new List<NormalizingStep>();
        Add(node, steps, 0);
        return new TextNormalizer(steps);
    }

    /// <summary>A string pattern of a <c>Replace</c>, and what takes its place.</summary>
    public static (string Pattern, string Content) ReadReplace(JsonNode node)
    {
        var pattern = node.Get("pattern");
        if (pattern.Kind == JsonValueKind.Object && !pattern.Get("Regex").IsNull)
            throw pattern.Error("regular expressions are not supported in Replace (strings are)");
        return (Short(pattern.Get("String"), allowEmpty: false), Short(node.Get("content"), allowEmpty: true));
    }

    private static void Add(JsonNode node, List<NormalizingStep> steps, int depth)
    {
        if (node.IsNull)
            return;
        var type = node.Get("type").Text();
        switch (type)
        {
            case "NFC":
                steps.Add(new ComposingStep());
                break;
            case "Prepend":
                steps.Add(new PrependingStep(Short(node.Get("prepend"), allowEmpty: false)));
                break;
            case "Replace":
                var (pattern, content) = ReadReplace(node);
                steps.Add(new ReplacingStep(pattern, content));
                break;
            case "Sequence" when depth < 4:
                foreach (var step in node.Get("normalizers").Items())
                    Add(step, steps, depth + 1);
                break;
            default:
                throw node.Error($"normalizer \"{type}\" is not supported (NFC, Prepend, Replace and Sequence are)");
        }

        if (steps.Count > 8)
            throw node.Error("more than 8 normalizers");
    }

    // A short replacement bounds how much longer a text can become.
    private static string Short(JsonNode node, bool allowEmpty)
    {
        var text = node.Text();
        if (text.Length > LengthLimit || (text.Length == 0 && !allowEmpty))
            throw node.Expected($"{(allowEmpty ? "at most" : "1 to")} {LengthLimit} characters");
        return text;
    }
}

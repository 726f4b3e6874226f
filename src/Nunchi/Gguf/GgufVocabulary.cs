using System.Text.Json;
using Nunchi.Text;
using Nunchi.Text.BytePairs;
using Nunchi.Text.Files;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Gguf;

/// <summary>A tokenizer as GGUF files hold it: spelled tokens with types, merges, and the name of the pattern that cuts text into words.</summary>
internal sealed record GgufVocabulary
{
    private const long FileLimit = 512L << 20;

    public const int Normal = 1, Control = 3, UserDefined = 4, Unused = 5;

    public required IReadOnlyList<string> Tokens { get; init; }

    public required IReadOnlyList<int> Types { get; init; }

    public required IReadOnlyList<string> Merges { get; init; }

    /// <summary>llama.cpp's name of the pattern.</summary>
    public required string Pattern { get; init; }

    public required bool ComposesUnicode { get; init; }

    /// <summary>Reads the tokenizer of a checkpoint directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="tokenizer">The same tokenizer, checked.</param>
    /// <param name="size">Rows of the embedding: ids that no token has are filled up to it, as llama.cpp wants them.</param>
    /// <exception cref="InvalidDataException">It cannot be expressed in GGUF.</exception>
    public static GgufVocabulary Load(string directory, Tokenizer tokenizer, int size)
    {
        string file = Path.Combine(directory, "tokenizer.json");
        if (tokenizer.VocabularySize > size)
            throw new InvalidDataException($"{file}: {tokenizer.VocabularySize} ids, but the embedding has only {size} rows.");
        if (tokenizer.Definition is not { Model: ByteLevelModel, Normalizer: { IsEmpty: true } or { IsComposition: true } })
            throw new InvalidDataException($"{file}: only byte-level BPE with NFC or no normalizer can be written to GGUF; this tokenizer is another.");
        return JsonNode.Read(JsonNode.ReadFile(file, FileLimit), file, root =>
        {
            string[] tokens = new string[size];
            int[] types = new int[size];
            foreach (var (property, id) in root.Get("model").Get("vocab").Members())
                (tokens[id.Integer()], types[id.Integer()]) = (property.Name, Normal);
            foreach (AddedToken added in tokenizer.AddedTokens)
                (tokens[added.Id], types[added.Id]) = (added.Content, added.Special ? Control : UserDefined);
            for (int id = 0; id < size; id++)
            {
                if (tokens[id] is null)
                    (tokens[id], types[id]) = ($"[PAD{id}]", Unused);
            }
            return new GgufVocabulary
            {
                Tokens = tokens,
                Types = types,
                Merges = [.. root.Get("model").Get("merges").Items().Select(Merge)],
                Pattern = PatternName(root.Get("pre_tokenizer")),
                ComposesUnicode = tokenizer.Definition.Normalizer.IsComposition,
            };
        });
    }

    /// <summary>The JSON of a Hugging Face tokenizer that does the same.</summary>
    /// <param name="prefixId">An id that stands before every text, or null.</param>
    public byte[] ToTokenizerJson(int? prefixId)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteStartArray("added_tokens");
            foreach (int id in Enumerable.Range(0, Tokens.Count).Where(id => Types[id] is Control or UserDefined))
                WriteAdded(json, id, Tokens[id], Types[id] == Control);
            json.WriteEndArray();
            if (ComposesUnicode)
            {
                json.WriteStartObject("normalizer");
                json.WriteString("type", "NFC");
                json.WriteEndObject();
            }
            TokenizerWriter.WritePreTokenizer(json, Spelling(Pattern)!);
            if (prefixId is { } prefix)
                WritePrefix(json, Tokens[prefix], prefix);
            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            json.WriteStartObject("vocab");
            for (int id = 0; id < Tokens.Count; id++)
            {
                if (Types[id] == Normal)
                    json.WriteNumber(Tokens[id], id);
            }
            json.WriteEndObject();
            json.WriteStartArray("merges");
            foreach (string merge in Merges)
                json.WriteStringValue(merge);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>Whether a pattern's name is known.</summary>
    public static bool IsPattern(string name) => Spelling(name) is not null;

    public static string KnownPatterns => "qwen2, llama-bpe, gpt-2";

    private static string? Spelling(string name) => name switch
    {
        "qwen2" or "deepseek-r1-qwen" => Gpt4Pattern.Qwen,
        "llama-bpe" or "llama3" or "llama-v3" => Gpt4Pattern.ThreeDigits,
        "gpt-2" => Gpt2Pattern.Spelling,
        _ => null,
    };

    private static string Merge(JsonNode node) => node.Kind == JsonValueKind.String ? node.Text() : string.Join(' ', node.Items().Select(half => half.Text()));

    private static string PatternName(JsonNode node)
    {
        var patterns = new List<string>();
        Collect(node, 0);
        return patterns switch
        {
            [Gpt4Pattern.Qwen] => "qwen2",
            [Gpt4Pattern.ThreeDigits] => "llama-bpe",
            [Gpt2Pattern.Spelling] => "gpt-2",
            _ => throw node.Error($"llama.cpp has no name for this way of cutting text into words that is known here ({KnownPatterns} are)"),
        };

        void Collect(JsonNode step, int depth)
        {
            switch (step.Get("type").TextOr(""))
            {
                case "Sequence" when depth < 4:
                    foreach (JsonNode inner in step.Get("pretokenizers").Items())
                        Collect(inner, depth + 1);
                    break;
                case "Split":
                    patterns.Add(step.Get("pattern").Get("Regex").TextOr(""));
                    break;
                case "ByteLevel" when step.Get("use_regex").Flag(true):
                    patterns.Add(Gpt2Pattern.Spelling);
                    break;
                case "ByteLevel" when !step.Get("add_prefix_space").Flag(true):
                    break;
                default:
                    patterns.Add("");
                    break;
            }
        }
    }

    internal static void WriteAdded(Utf8JsonWriter json, int id, string content, bool special)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteString("content", content);
        json.WriteBoolean("normalized", false);
        json.WriteBoolean("special", special);
        json.WriteEndObject();
    }

    internal static void WritePrefix(Utf8JsonWriter json, string token, int id)
    {
        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        json.WriteStartArray("single");
        json.WriteStartObject();
        json.WriteStartObject("SpecialToken");
        json.WriteString("id", token);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteStartObject("Sequence");
        json.WriteString("id", "A");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("special_tokens");
        json.WriteStartObject(token);
        json.WriteStartArray("ids");
        json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using Nunchi.Text.PreTokenization;

namespace Nunchi.Text.Files;

/// <summary>Writes tokenizer files to the byte as Hugging Face's libraries lay them out for byte-level BPE with Qwen's pattern.</summary>
internal static class TokenizerWriter
{
    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] TokenizerJson(IReadOnlyList<string> vocabulary, IEnumerable<(string Left, string Right)> merges, IEnumerable<AddedToken> added)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Layout))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            json.WriteStartArray("added_tokens");
            foreach (var token in added)
                WriteAdded(json, token);
            json.WriteEndArray();
            json.WriteStartObject("normalizer");
            json.WriteString("type", "NFC");
            json.WriteEndObject();
            WritePreTokenizer(json, Gpt4Pattern.Qwen);
            WritePostProcessor(json);
            json.WriteStartObject("decoder");
            WriteByteLevel(json, prefixSpace: true, useRegex: true);
            json.WriteEndObject();
            WriteModel(json, vocabulary, merges);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    public static byte[] ConfigJson(string eos, string pad, IEnumerable<string> extraSpecial, string processorClass)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Layout))
        {
            json.WriteStartObject();
            json.WriteString("backend", "tokenizers");
            json.WriteString("eos_token", eos);
            json.WriteStartArray("extra_special_tokens");
            foreach (var token in extraSpecial)
                json.WriteStringValue(token);
            json.WriteEndArray();
            json.WritePropertyName("model_max_length");
            json.WriteRawValue("1000000000000000019884624838656");
            json.WriteString("pad_token", pad);
            json.WriteString("processor_class", processorClass);
            json.WriteString("tokenizer_class", "TokenizersBackend");
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteAdded(Utf8JsonWriter json, AddedToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteString("content", token.Content);
        json.WriteBoolean("single_word", token.SingleWord);
        json.WriteBoolean("lstrip", token.LeftStrip);
        json.WriteBoolean("rstrip", token.RightStrip);
        json.WriteBoolean("normalized", token.Normalized);
        json.WriteBoolean("special", token.Special);
        json.WriteEndObject();
    }

    /// <summary>Splits a text by a pattern and writes the parts as bytes.</summary>
    internal static void WritePreTokenizer(Utf8JsonWriter json, string pattern)
    {
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        json.WriteStartObject();
        WriteByteLevel(json, prefixSpace: false, useRegex: false);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, bool prefixSpace, bool useRegex)
    {
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", prefixSpace);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", useRegex);
    }

    private static void WritePostProcessor(Utf8JsonWriter json)
    {
        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        WriteSequences(json, "single", "A");
        WriteSequences(json, "pair", "A", "B");
        json.WriteStartObject("special_tokens");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSequences(Utf8JsonWriter json, string name, params string[] ids)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < ids.Length; i++)
        {
            json.WriteStartObject();
            json.WriteStartObject("Sequence");
            json.WriteString("id", ids[i]);
            json.WriteNumber("type_id", i);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter json, IReadOnlyList<string> vocabulary, IEnumerable<(string Left, string Right)> merges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (var key in (string[])["dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"])
            json.WriteNull(key);
        foreach (var key in (string[])["fuse_unk", "byte_fallback", "ignore_merges"])
            json.WriteBoolean(key, false);
        json.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Count; id++)
            json.WriteNumber(vocabulary[id], id);
        json.WriteEndObject();
        WriteMerges(json, merges);
        json.WriteEndObject();
    }

    /// <summary>Merges as pairs, the newer of the two forms.</summary>
    internal static void WriteMerges(Utf8JsonWriter json, IEnumerable<(string Left, string Right)> merges)
    {
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(left);
            json.WriteStringValue(right);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}

using System.Text.Json;
using Nunchi.Models;
using Nunchi.Text;

namespace Nunchi.Gguf;

/// <summary>Reads tokenizer and chat template from GGUF metadata.</summary>
internal static class GgufTokenizer
{
    private const string Prefix = "tokenizer.ggml.";

    /// <exception cref="InvalidDataException">The tokenizer is damaged or of a kind that is not supported.</exception>
    public static (Tokenizer Tokenizer, ChatTemplate? Template) Read(GgufFile file, TextDecoderConfig config)
    {
        if (file.Text(Prefix + "model") is not ("gpt2" or "llama"))
            throw file.Wrong(Prefix + "model", "\"gpt2\" (byte-level BPE) or \"llama\" (SentencePiece's BPE)");
        bool inPieces = file.Text(Prefix + "model") is "llama";
        string pattern = file.Text(Prefix + "pre") ?? "";
        if (!inPieces && !GgufVocabulary.IsPattern(pattern))
            throw file.Wrong(Prefix + "pre", $"a known way of cutting text into words: {GgufVocabulary.KnownPatterns}");
        IReadOnlyList<string> tokens = file.Texts(Prefix + "tokens") ?? throw file.Wrong(Prefix + "tokens", "the tokens");
        if (tokens.Count == 0 || tokens.Count > config.VocabularySize)
            throw file.Wrong(Prefix + "tokens", $"1 to {config.VocabularySize} tokens, as many as the embedding has rows");
        IReadOnlyList<long> types = file.Wholes(Prefix + "token_type") ?? [.. Enumerable.Repeat((long)GgufVocabulary.Normal, tokens.Count)];
        if (types.Count != tokens.Count)
            throw file.Wrong(Prefix + "token_type", $"{tokens.Count} types, one a token");
        foreach (int? id in (int?[])[config.BosTokenId, config.PadTokenId, .. config.EosTokenIds])
        {
            if (id >= tokens.Count)
                throw new InvalidDataException($"{file.Path}: the token id {id} that its metadata names is none of its {tokens.Count} tokens.");
        }
        bool puts = file.Flag(Prefix + "add_bos_token") ?? (inPieces && config.BosTokenId is not null);
        int? prefix = puts ? config.BosTokenId ?? throw file.Wrong(Prefix + "bos_token_id", "an id, since add_bos_token is true") : null;
        byte[] json = inPieces ? Pieces(file, tokens, types).ToTokenizerJson(prefix, file.Path) : BytePairs(file, tokens, types, pattern).ToTokenizerJson(prefix);
        return (Tokenizer.FromJson(json, NamedTokens(tokens, config), $"{file.Path} ({Prefix}*)", file.Path), Template(file));
    }

    private static GgufPieces Pieces(GgufFile file, IReadOnlyList<string> tokens, IReadOnlyList<long> types)
    {
        IReadOnlyList<double> scores = file.Numbers(Prefix + "scores") ?? throw file.Wrong(Prefix + "scores", "a score for each token");
        if (scores.Count != tokens.Count || scores.Any(score => !double.IsFinite(score)))
            throw file.Wrong(Prefix + "scores", $"{tokens.Count} finite numbers, one a token");
        return new GgufPieces
        {
            Tokens = tokens,
            Types = [.. types.Select(type => type is >= GgufPieces.Normal and <= GgufPieces.Byte ? (int)type : throw new InvalidDataException($"{file.Path}: \"{Prefix}token_type\" holds {type}; there are 1 (normal), 2 (unknown), 3 (control), 4 (user defined), 5 (unused) and 6 (byte)."))],
            Scores = [.. scores.Select(score => (float)score)],
            Merges = file.Text(GgufTextMetadata.Pipeline) is null ? null : file.Texts(Prefix + "merges"),
            Pipeline = file.Text(GgufTextMetadata.Pipeline),
            AddsSpace = file.Flag(Prefix + "add_space_prefix") ?? true,
        };
    }

    private static GgufVocabulary BytePairs(GgufFile file, IReadOnlyList<string> tokens, IReadOnlyList<long> types, string pattern) => new()
    {
        Tokens = tokens,
        Types = [.. types.Select(type => Known(file, type))],
        Merges = file.Texts(Prefix + "merges") ?? throw file.Wrong(Prefix + "merges", "the merges"),
        Pattern = pattern,
        ComposesUnicode = file.Flag(GgufTextMetadata.Composes) ?? pattern is "qwen2" or "deepseek-r1-qwen",
    };

    private static int Known(GgufFile file, long type) => type switch
    {
        GgufVocabulary.Normal or GgufVocabulary.Control or GgufVocabulary.UserDefined or GgufVocabulary.Unused => (int)type,
        2 => GgufVocabulary.Control,
        _ => throw new InvalidDataException($"{file.Path}: \"{Prefix}token_type\" holds {type}; byte-level BPE has 1 (normal), 2 (unknown), 3 (control), 4 (user defined) and 5 (unused)."),
    };

    private static ChatTemplate? Template(GgufFile file)
    {
        const string Key = "tokenizer.chat_template";
        try
        {
            return file.Text(Key) is { } source ? new ChatTemplate(source) : null;
        }
        catch (TemplateException problem)
        {
            throw new InvalidDataException($"{file.Path}: \"{Key}\": {problem.Message}", problem);
        }
    }

    private static byte[] NamedTokens(IReadOnlyList<string> tokens, TextDecoderConfig config)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, id) in ((string, int?)[])[("bos_token", config.BosTokenId), ("eos_token", config.EosTokenIds.Count > 0 ? config.EosTokenIds[0] : null), ("pad_token", config.PadTokenId)])
            {
                if (id is { } known)
                    json.WriteString(name, tokens[known]);
            }
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}

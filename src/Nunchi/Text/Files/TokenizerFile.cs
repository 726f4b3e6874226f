using System.Text;
using System.Text.Json;
using Nunchi.Text.BytePairs;

namespace Nunchi.Text.Files;

/// <summary>Reads a Hugging Face <c>tokenizer.json</c> whose model is BPE, on bytes or on characters.</summary>
internal static class TokenizerFile
{
    public const int IdLimit = 1 << 24;
    private const int AddedTokenLimit = 256;

    /// <param name="root">The top level of the file.</param>
    /// <param name="moreTokens">Added tokens that another file lists (<c>tokenizer_config.json</c>).</param>
    public static TokenizerDefinition Read(JsonNode root, IReadOnlyList<(AddedToken Token, JsonNode Where)> moreTokens)
    {
        var model = root.Get("model");
        CheckModel(model);
        var added = ReadAddedTokens(root.Get("added_tokens"), moreTokens);
        var preTokenizer = new PreTokenizerReader(root.Get("pre_tokenizer"));
        var reader = new VocabularyReader(model.Get("vocab"), added, preTokenizer.IsByteLevel);
        var (prefix, suffix) = PostProcessorReader.Read(root.Get("post_processor"), reader.Vocabulary);
        return new TokenizerDefinition
        {
            Model = preTokenizer.IsByteLevel ? ReadByteLevel(root, reader) : ReadCharacters(root, reader, added),
            AddedTokens = added,
            Normalizer = NormalizerReader.Read(root.Get("normalizer")),
            PreTokenizer = preTokenizer.Result,
            AddPrefixSpace = preTokenizer.AddPrefixSpace,
            Metaspace = preTokenizer.Metaspace,
            PrefixIds = prefix,
            SuffixIds = suffix,
        };
    }

    private static ByteLevelModel ReadByteLevel(JsonNode root, VocabularyReader reader)
    {
        var model = root.Get("model");
        if (model.Get("byte_fallback").Flag(false))
            throw model.Error("byte_fallback is on, which is for BPE on characters, but the pre-tokenizer is ByteLevel");
        DecoderReader.CheckByteLevel(root.Get("decoder"));
        return new ByteLevelModel(reader.Vocabulary, reader.ReadBytes(), reader.ReadMerges(model.Get("merges")), model.Get("ignore_merges").Flag(false));
    }

    private static CharacterModel ReadCharacters(JsonNode root, VocabularyReader reader, List<AddedToken> added)
    {
        var model = root.Get("model");
        var complete = false;
        var none = new int[256];
        Array.Fill(none, -1);
        var byteIds = model.Get("byte_fallback").Flag(false) ? reader.FindFallbackBytes(out complete) : none;
        return new CharacterModel(
            reader.Vocabulary,
            reader.ReadMerges(model.Get("merges")),
            byteIds,
            complete ? null : ReadUnknown(model, reader.Vocabulary, added),
            model.Get("fuse_unk").Flag(false),
            model.Get("ignore_merges").Flag(false),
            DecoderReader.Read(root.Get("decoder")));
    }

    private static int? ReadUnknown(JsonNode model, Vocabulary vocabulary, List<AddedToken> added)
    {
        var node = model.Get("unk_token");
        if (node.IsNull)
            throw node.Expected("a token for characters that the vocabulary lacks, since it does not have all of <0x00> to <0xF4> to fall back on");
        var text = node.Text();
        var id = added.Find(t => t.Content == text)?.Id ?? vocabulary.Find(Encoding.UTF8.GetBytes(text));
        return id >= 0 ? id : throw node.Error($"token \"{text}\" is not in the vocabulary");
    }

    /// <summary>Reads an added token; the id is a field in <c>tokenizer.json</c> and the key in <c>tokenizer_config.json</c>.</summary>
    public static AddedToken ReadAddedToken(JsonNode node, int id)
    {
        if (id is < 0 or >= IdLimit)
            throw node.Error($"id {id} is outside 0 to {IdLimit - 1}");
        var content = node.Get("content").Text();
        if (content.Length is 0 or > AddedTokenLimit)
            throw node.Error(content.Length == 0 ? "the token's content is empty" : $"the token's content has {content.Length} characters; the limit is {AddedTokenLimit}");
        var special = node.Get("special").Flag(false);
        return new AddedToken(id, content, special, node.Get("normalized").Flag(!special),
            node.Get("lstrip").Flag(false), node.Get("rstrip").Flag(false), node.Get("single_word").Flag(false));
    }

    private static void CheckModel(JsonNode model)
    {
        var type = model.Get("type").TextOr("BPE");
        if (type != "BPE")
            throw model.Error($"model \"{type}\" is not supported (BPE is, on bytes and on characters)");
        foreach (var key in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.Get(key).TextOr("").Length > 0)
                throw model.Get(key).Error("is not supported");
        }

        var dropout = model.Get("dropout");
        if (!dropout.IsNull && !(dropout.Kind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
            throw dropout.Expected("null (merges are never dropped at random here)");
    }

    private static List<AddedToken> ReadAddedTokens(JsonNode list, IReadOnlyList<(AddedToken Token, JsonNode Where)> more)
    {
        var tokens = new List<AddedToken>();
        var ids = new Dictionary<string, int>();
        var contents = new Dictionary<int, string>();
        if (!list.IsNull)
        {
            foreach (var node in list.Items())
                Add(ReadAddedToken(node, node.Get("id").Integer()), node);
        }

        foreach (var (token, where) in more)
            Add(token, where);
        return tokens;

        void Add(AddedToken token, JsonNode where)
        {
            if (ids.TryGetValue(token.Content, out var known) && known != token.Id)
                throw where.Error($"token \"{token.Content}\" has id {token.Id} here and {known} before");
            if (contents.TryGetValue(token.Id, out var other) && other != token.Content)
                throw where.Error($"id {token.Id} is \"{token.Content}\" here and \"{other}\" before");
            if (!ids.TryAdd(token.Content, token.Id))
                return;
            contents[token.Id] = token.Content;
            tokens.Add(token);
        }
    }
}

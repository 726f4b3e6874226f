using System.Text;
using System.Text.Json;
using Nunchi.Text.BytePairs;

namespace Nunchi.Text.Files;

/// <summary>Reads a Hugging Face <c>tokenizer.json</c> whose model is byte-level BPE.</summary>
internal static class TokenizerFile
{
    private const int IdLimit = 1 << 24;
    private const int AddedTokenLimit = 256;

    /// <param name="root">The top level of the file.</param>
    /// <param name="moreTokens">Added tokens that another file lists (<c>tokenizer_config.json</c>).</param>
    public static TokenizerDefinition Read(JsonNode root, IReadOnlyList<(AddedToken Token, JsonNode Where)> moreTokens)
    {
        var model = root.Get("model");
        CheckModel(model);
        var added = ReadAddedTokens(root.Get("added_tokens"), moreTokens);
        var vocabulary = ReadVocabulary(model.Get("vocab"), added);
        var special = new HashSet<int>(added.Where(t => t.Special).Select(t => t.Id));
        var preTokenizers = new PreTokenizerReader();
        CheckDecoder(root.Get("decoder"));
        var (prefix, suffix) = PostProcessorReader.Read(root.Get("post_processor"), vocabulary);
        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Merges = ReadMerges(model.Get("merges"), vocabulary, special),
            AddedTokens = added,
            ByteIds = ReadByteIds(model.Get("vocab"), vocabulary, special),
            IgnoreMerges = model.Get("ignore_merges").Flag(false),
            ComposesUnicode = ReadNormalizer(root.Get("normalizer"), 0),
            PreTokenizer = preTokenizers.Read(root.Get("pre_tokenizer")),
            AddPrefixSpace = preTokenizers.AddPrefixSpace,
            PrefixIds = prefix,
            SuffixIds = suffix,
        };
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
            throw model.Error($"model \"{type}\" is not supported (byte-level BPE is)");
        if (model.Get("byte_fallback").Flag(false))
            throw model.Error("byte_fallback is on; that is BPE on characters, not on bytes, and is not supported");
        foreach (var key in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.Get(key).TextOr("").Length > 0)
                throw model.Get(key).Error("is not supported in byte-level BPE");
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

    private static Vocabulary ReadVocabulary(JsonNode vocab, List<AddedToken> added)
    {
        var builder = new Vocabulary.Builder();
        var addedById = added.ToDictionary(t => t.Id);
        var bytes = new byte[256];
        foreach (var (property, node) in vocab.Members())
        {
            var id = node.Integer();
            if (id is < 0 or >= IdLimit)
                throw node.Error($"id {id} is outside 0 to {IdLimit - 1}");
            var spelling = node.Utf8(property);
            if (addedById.TryGetValue(id, out var token))
            {
                if (!spelling.SequenceEqual(Encoding.UTF8.GetBytes(token.Content)))
                    throw node.Error($"id {id} is also added token \"{token.Content}\"");
                if (token.Special)
                    continue;
            }

            if (bytes.Length < spelling.Length)
                bytes = new byte[spelling.Length * 2];
            var count = ByteLevelAlphabet.Read(spelling, bytes);
            if (count == 0)
                throw node.Error("the token is empty");
            if (count > 0)
                builder.Add(id, bytes.AsSpan(0, count), isBytePair: true);
            else
                builder.Add(id, spelling, isBytePair: false);
            addedById.Remove(id);
        }

        foreach (var token in addedById.Values)
            builder.Add(token.Id, Encoding.UTF8.GetBytes(token.Content), isBytePair: false);
        if (builder.HighestId >= builder.Count * 8L + 65536)
            throw vocab.Error($"the highest id is {builder.HighestId}, but there are only {builder.Count} tokens");
        return builder.Build(out var problem) ?? throw vocab.Error(problem!);
    }

    private static MergeTable ReadMerges(JsonNode merges, Vocabulary vocabulary, HashSet<int> special)
    {
        if (merges.Kind != JsonValueKind.Array)
            throw merges.Expected("a list of merges");
        var table = new MergeTable(merges.Element.GetArrayLength());
        Span<byte> joined = stackalloc byte[512];
        var bytes = new byte[1024];
        var rank = 0;
        foreach (var node in merges.Items())
        {
            int left, right;
            if (node.Kind == JsonValueKind.String)
            {
                var text = node.Utf8();
                var space = text.IndexOf((byte)' ');
                if (space < 0 || text[(space + 1)..].Contains((byte)' '))
                    throw node.Expected("two tokens with a space between them");
                left = Find(node, text[..space], vocabulary, ref bytes);
                right = Find(node, text[(space + 1)..], vocabulary, ref bytes);
            }
            else
            {
                if (node.Kind != JsonValueKind.Array || node.Element.GetArrayLength() != 2)
                    throw node.Expected("a pair of tokens");
                var pair = node.Items().ToArray();
                left = Find(pair[0], pair[0].Utf8(), vocabulary, ref bytes);
                right = Find(pair[1], pair[1].Utf8(), vocabulary, ref bytes);
            }

            var length = vocabulary.Span(left).Length + vocabulary.Span(right).Length;
            var whole = length <= joined.Length ? joined[..length] : new byte[length];
            vocabulary.Span(left).CopyTo(whole);
            vocabulary.Span(right).CopyTo(whole[vocabulary.Span(left).Length..]);
            var id = vocabulary.Find(whole);
            if (id < 0)
                throw node.Error($"the merged token \"{ByteLevelAlphabet.Spell(whole)}\" is not in the vocabulary");
            if (special.Contains(id))
                throw node.Error($"merges to special token {id}, which must not come from ordinary text");
            if (!table.Add(left, right, rank++, id))
                throw node.Error("the same merge is listed twice");
        }

        return table;
    }

    private static int Find(JsonNode node, ReadOnlySpan<byte> spelling, Vocabulary vocabulary, ref byte[] bytes)
    {
        if (bytes.Length < spelling.Length)
            bytes = new byte[spelling.Length * 2];
        var count = ByteLevelAlphabet.Read(spelling, bytes);
        var id = count <= 0 ? -1 : vocabulary.Find(bytes.AsSpan(0, count));
        return id >= 0 ? id : throw node.Error($"token \"{Encoding.UTF8.GetString(spelling)}\" is not in the vocabulary");
    }

    private static int[] ReadByteIds(JsonNode vocab, Vocabulary vocabulary, HashSet<int> special)
    {
        var ids = new int[256];
        for (var value = 0; value < 256; value++)
        {
            ids[value] = vocabulary.Find([(byte)value]);
            var inUtf8 = value is not (0xC0 or 0xC1 or >= 0xF5);
            if (inUtf8 && (ids[value] < 0 || special.Contains(ids[value])))
                throw vocab.Error($"no ordinary token for byte 0x{value:X2} (spelt \"{ByteLevelAlphabet.ToCharacter((byte)value)}\"); a byte-level vocabulary has one for every byte");
        }

        return ids;
    }

    private static bool ReadNormalizer(JsonNode node, int depth)
    {
        if (node.IsNull)
            return false;
        var type = node.Get("type").Text();
        return type switch
        {
            "NFC" => true,
            "Sequence" when depth < 4 => node.Get("normalizers").Items().Aggregate(false, (any, n) => ReadNormalizer(n, depth + 1) || any),
            _ => throw node.Error($"normalizer \"{type}\" is not supported (NFC is)"),
        };
    }

    private static void CheckDecoder(JsonNode node)
    {
        if (node.IsNull)
            return;
        var type = node.Get("type").Text();
        if (type != "ByteLevel")
            throw node.Error($"decoder \"{type}\" is not supported (ByteLevel is)");
    }
}

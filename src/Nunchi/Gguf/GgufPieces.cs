using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nunchi.Text;
using Nunchi.Text.BytePairs;
using Nunchi.Text.Files;

namespace Nunchi.Gguf;

/// <summary>
/// A tokenizer of the SentencePiece kind as GGUF files hold it (model <c>llama</c>): pieces with scores, the best of which are merged first. Merges and the way blanks
/// are written stand beside in keys that llama.cpp passes over, so that reading gives the same tokenizer again.
/// </summary>
internal sealed record GgufPieces
{
    private const long FileLimit = 512L << 20;
    private const int LongestPiece = 256;

    public const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    public required IReadOnlyList<string> Tokens { get; init; }

    public required IReadOnlyList<int> Types { get; init; }

    /// <summary>How good each token is; of two pairs, the one that makes the better token is merged first.</summary>
    public required IReadOnlyList<float> Scores { get; init; }

    /// <summary>The merges in order, each two pieces with a blank between them; null when scores say all.</summary>
    public IReadOnlyList<string>? Merges { get; init; }

    /// <summary>JSON with <c>normalizer</c>, <c>pre_tokenizer</c>, <c>decoder</c> and <c>fuse_unk</c>; null for the way of llama.cpp.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Whether a text gets a blank in front.</summary>
    public required bool AddsSpace { get; init; }

    /// <summary>Reads the tokenizer of a checkpoint directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="tokenizer">The same tokenizer, checked.</param>
    /// <param name="size">Rows of the embedding: ids that no token has are filled up to it.</param>
    /// <exception cref="InvalidDataException">It cannot be expressed in GGUF.</exception>
    public static GgufPieces Load(string directory, Tokenizer tokenizer, int size)
    {
        string file = Path.Combine(directory, "tokenizer.json");
        if (tokenizer.VocabularySize > size)
            throw new InvalidDataException($"{file}: {tokenizer.VocabularySize} ids, but the embedding has only {size} rows.");
        return JsonNode.Read(JsonNode.ReadFile(file, FileLimit), file, root => Of(root, tokenizer, size));
    }

    /// <summary>The JSON of a Hugging Face tokenizer that does the same.</summary>
    /// <param name="prefixId">An id that stands before every text, or null.</param>
    /// <param name="file">What error messages call the file.</param>
    /// <exception cref="InvalidDataException">A piece or the pipeline is damaged.</exception>
    public byte[] ToTokenizerJson(int? prefixId, string file)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("added_tokens");
            foreach (int id in Enumerable.Range(0, Tokens.Count).Where(id => Types[id] is Unknown or Control or UserDefined))
                GgufVocabulary.WriteAdded(json, id, Tokens[id], special: Types[id] != UserDefined);
            json.WriteEndArray();
            bool fuses = WritePipeline(json, file);
            if (prefixId is { } prefix)
                GgufVocabulary.WritePrefix(json, Tokens[prefix], prefix);
            json.WriteStartObject("model");
            json.WriteString("type", "BPE");
            int unknown = Enumerable.Range(0, Types.Count).FirstOrDefault(id => Types[id] == Unknown, -1);
            if (unknown >= 0)
                json.WriteString("unk_token", Tokens[unknown]);
            json.WriteBoolean("fuse_unk", fuses);
            json.WriteBoolean("byte_fallback", true);
            json.WriteStartObject("vocab");
            for (int id = 0; id < Tokens.Count; id++)
            {
                if (Types[id] is Normal or Byte)
                    json.WriteNumber(Tokens[id], id);
            }
            json.WriteEndObject();
            TokenizerWriter.WriteMerges(json, Merges?.Select(Halves) ?? MergesByScore(file));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static GgufPieces Of(JsonNode root, Tokenizer tokenizer, int size)
    {
        JsonNode model = root.Get("model");
        if (tokenizer.Definition.Model is not CharacterModel { UnknownId: null } || model.Get("ignore_merges").Flag(false))
            throw model.Error("llama.cpp knows BPE on characters only with a token for every byte, and without ignore_merges");
        string[] tokens = new string[size];
        int[] types = new int[size];
        foreach (var (property, id) in model.Get("vocab").Members())
            (tokens[id.Integer()], types[id.Integer()]) = (property.Name, Decoding(property.Name) ? Byte : Normal);
        string unknown = model.Get("unk_token").TextOr("");
        foreach (AddedToken added in tokenizer.AddedTokens)
            (tokens[added.Id], types[added.Id]) = (added.Content, !added.Special ? UserDefined : added.Content == unknown ? Unknown : Control);
        for (int id = 0; id < size; id++)
        {
            if (tokens[id] is null)
                (tokens[id], types[id]) = ($"[PAD{id}]", Unused);
        }
        string[] merges = [.. model.Get("merges").Items().Select(merge => merge.Kind == JsonValueKind.String ? merge.Text() : string.Join(' ', merge.Items().Select(half => half.Text())))];
        return new GgufPieces
        {
            Tokens = tokens,
            Types = types,
            Merges = merges,
            Scores = ScoresOf(model.Get("merges"), merges, tokens),
            Pipeline = PipelineOf(root),
            AddsSpace = tokenizer.Encode("a") is var ids && tokenizer.TokenText(ids[0]) is ['\u2581', ..],
        };
    }

    // A piece is as good as its first merge is early; all its merges must stand together, since llama.cpp knows one score for them.
    private static float[] ScoresOf(JsonNode node, string[] merges, string[] tokens)
    {
        float[] scores = new float[tokens.Length];
        Array.Fill(scores, -merges.Length - 1);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
            ids.TryAdd(tokens[id], id);
        string last = "";
        for (int rank = 0; rank < merges.Length; rank++)
        {
            var (left, right) = Halves(merges[rank]);
            string whole = left + right;
            if (whole == last || !ids.TryGetValue(whole, out int id))
                continue;
            if (scores[id] > -merges.Length - 1)
                throw node.Error($"merge {rank} makes \"{whole}\" again after others; llama.cpp, which orders pieces and not merges, would cut text otherwise");
            scores[id] = -rank;
            last = whole;
        }
        return scores;
    }

    private static string PipelineOf(JsonNode root)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (string part in (string[])["normalizer", "pre_tokenizer", "decoder"])
            {
                json.WritePropertyName(part);
                if (root.Get(part).IsNull)
                    json.WriteNullValue();
                else
                    root.Get(part).Element.WriteTo(json);
            }
            json.WriteBoolean("fuse_unk", root.Get("model").Get("fuse_unk").Flag(false));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Writes the parts around the model; returns whether unknown characters are fused.</summary>
    private bool WritePipeline(Utf8JsonWriter json, string file)
    {
        const string Replace = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""", Back = """{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}""";
        string plain = AddsSpace
            ? $$"""{"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{{Replace}}]},"decoder":{"type":"Sequence","decoders":[{{Back}},{"type":"Strip","content":" ","start":1,"stop":0}]},"fuse_unk":true}"""
            : $$"""{"normalizer":{{Replace}},"decoder":{"type":"Sequence","decoders":[{{Back}}]},"fuse_unk":true}""";
        return JsonNode.Read(Encoding.UTF8.GetBytes(Pipeline ?? plain), $"{file}: {GgufTextMetadata.Pipeline}", root =>
        {
            foreach (string part in (string[])["normalizer", "pre_tokenizer", "decoder"])
            {
                if (root.Get(part).IsNull)
                    continue;
                json.WritePropertyName(part);
                root.Get(part).Element.WriteTo(json);
            }
            return root.Get("fuse_unk").Flag(false);
        });
    }

    /// <summary>Every way to cut a piece into two that exist, the best pieces first.</summary>
    private IEnumerable<(string Left, string Right)> MergesByScore(string file)
    {
        HashSet<string> known = [.. Enumerable.Range(0, Tokens.Count).Where(id => Types[id] == Normal).Select(id => Tokens[id])];
        HashSet<string>.AlternateLookup<ReadOnlySpan<char>> pieces = known.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (int id in Enumerable.Range(0, Tokens.Count).Where(id => Types[id] == Normal).OrderByDescending(id => Scores[id]))
        {
            string piece = Tokens[id];
            if (piece.Length > LongestPiece)
                throw new InvalidDataException($"{file}: token {id} has {piece.Length} characters; a piece has at most {LongestPiece}");
            for (int cut = 1; cut < piece.Length; cut++)
            {
                if (pieces.Contains(piece.AsSpan(0, cut)) && pieces.Contains(piece.AsSpan(cut)))
                    yield return (piece[..cut], piece[cut..]);
            }
        }
    }

    private static (string Left, string Right) Halves(string merge)
    {
        int blank = merge.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? (merge, "") : (merge[..blank], merge[(blank + 1)..]);
    }

    private static bool Decoding(string token) => Text.Decoding.GatherBytes.TryRead(token, out _);
}

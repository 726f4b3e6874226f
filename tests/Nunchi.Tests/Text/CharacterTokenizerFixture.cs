using System.Text;
using System.Text.Json.Nodes;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

/// <summary>How a tokenizer file of the SentencePiece kind writes blanks.</summary>
public enum Blanks
{
    /// <summary>Normalisers put a sign before each stretch and replace blanks by signs (LlamaTokenizer with <c>legacy</c>).</summary>
    Normalized,

    /// <summary>Metaspace, a sign at the start of the text only, not split (without <c>legacy</c>).</summary>
    First,

    /// <summary>Metaspace, a sign before every stretch, not split.</summary>
    Always,

    /// <summary>Metaspace, a sign before every stretch, split at each sign.</summary>
    AlwaysSplit,

    /// <summary>Metaspace, no sign put before anything.</summary>
    Never,
}

/// <summary>Small files laid out as Llama's: unknown, begin, end, 256 bytes, pieces; and their definition, written out plainly, to compare with.</summary>
internal sealed class CharacterTokenizerFixture(Blanks blanks)
{
    public const int Unknown = 0, Begin = 1, End = 2, FirstByte = 3;

    private static readonly string[] Specials = ["<unk>", "<s>", "</s>"];

    private List<string>? _vocabulary;
    private Dictionary<string, int>? _ids;
    private Dictionary<(int Left, int Right), (int Rank, int Id)>? _ranks;

    public IReadOnlyList<string> Characters { get; init; } = ["▁", .. "abcdehilnorstw.,<>".Select(c => c.ToString()), "안", "녕", "하", "세", "요", "😀"];

    /// <summary>Pieces of several characters, best first, as SentencePiece scores them.</summary>
    public IReadOnlyList<string> Pieces { get; init; } =
        ["▁t", "he", "in", "▁a", "▁the", "ll", "hell", "hello", "▁hello", "▁▁", "▁▁▁▁", "안녕", "▁안녕", "하세", "세요", "하세요", "in▁t"];

    public bool HasBytes { get; init; } = true;

    public bool FusesUnknown { get; init; } = true;

    public bool IgnoresMerges { get; init; }

    public bool NormalizedSpecials { get; init; }

    public string UnknownToken { get; init; } = "<unk>";

    public IReadOnlyList<string> Vocabulary => _vocabulary ??= [.. Specials, .. HasBytes ? Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>") : [], .. Characters, .. Pieces];

    public int Id(string piece) => Ids[piece];

    public JsonObject Json()
    {
        var vocabulary = new JsonObject();
        foreach (var piece in Vocabulary)
            vocabulary[piece] = vocabulary.Count;
        var root = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray([.. Specials.Select((content, id) => new JsonObject
            {
                ["id"] = id,
                ["content"] = content,
                ["normalized"] = NormalizedSpecials,
                ["special"] = true,
            })]),
            ["post_processor"] = JsonNode.Parse("""{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}"""),
            ["decoder"] = JsonNode.Parse(blanks == Blanks.Never
                ? """{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]}"""
                : """{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}"""),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = UnknownToken,
                ["fuse_unk"] = FusesUnknown,
                ["byte_fallback"] = HasBytes,
                ["ignore_merges"] = IgnoresMerges,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. Merges().Select(m => new JsonArray(m.Left, m.Right))]),
            },
        };
        if (blanks == Blanks.Normalized)
            root["normalizer"] = JsonNode.Parse("""{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}""");
        else
            root["pre_tokenizer"] = JsonNode.Parse($$"""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "{{Scheme}}", "split": {{(blanks == Blanks.AlwaysSplit ? "true" : "false")}}}""");
        return root;
    }

    public Tokenizer Make() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(Json().ToJsonString()));

    /// <summary>The definition: cut at special tokens, write blanks, take characters, join the best-ranked pair until there is none.</summary>
    public List<int> Encode(string text, bool allowSpecial)
    {
        var ids = new List<int>();
        var segment = new StringBuilder();
        var start = 0;
        for (var at = 0; at < text.Length;)
        {
            var special = allowSpecial ? Array.FindIndex(Specials, s => string.CompareOrdinal(text, at, s, 0, s.Length) == 0) : -1;
            if (special < 0)
            {
                segment.Append(text[at++]);
                continue;
            }

            EncodeSegment(segment.ToString(), start, ids);
            segment.Clear();
            ids.Add(special);
            at += Specials[special].Length;
            start = at;
        }

        EncodeSegment(segment.ToString(), start, ids);
        return ids;
    }

    /// <summary>The definition of the decoder, on the list of all tokens.</summary>
    public string Decode(IEnumerable<int> ids)
    {
        var text = new StringBuilder();
        var run = new List<byte>();
        foreach (var id in ids)
        {
            if (HasBytes && id is >= FirstByte and < FirstByte + 256)
            {
                run.Add((byte)(id - FirstByte));
                continue;
            }

            Release();
            text.Append(Vocabulary[id].Replace('▁', ' '));
        }

        Release();
        return blanks != Blanks.Never && text.Length > 0 && text[0] == ' ' ? text.ToString(1, text.Length - 1) : text.ToString();

        void Release()
        {
            try
            {
                text.Append(new UTF8Encoding(false, true).GetString([.. run]));
            }
            catch (ArgumentException)
            {
                text.Append('\uFFFD', run.Count);
            }

            run.Clear();
        }
    }

    private Dictionary<string, int> Ids => _ids ??= Vocabulary.Select((piece, id) => (piece, id)).ToDictionary(p => p.piece, p => p.id);

    private Dictionary<(int Left, int Right), (int Rank, int Id)> Ranks =>
        _ranks ??= Merges().Select((m, rank) => (m, rank)).ToDictionary(m => (Ids[m.m.Left], Ids[m.m.Right]), m => (m.rank, Ids[m.m.Left + m.m.Right]));

    private string Scheme => blanks switch { Blanks.First => "first", Blanks.Never => "never", _ => "always" };

    // As converters list them: every way to cut a piece into two that exist, in the order of the pieces.
    private IEnumerable<(string Left, string Right)> Merges()
    {
        var known = Vocabulary.ToHashSet();
        foreach (var piece in Pieces)
        {
            for (var cut = 1; cut < piece.Length; cut++)
            {
                if (known.Contains(piece[..cut]) && known.Contains(piece[cut..]))
                    yield return (piece[..cut], piece[cut..]);
            }
        }
    }

    private void EncodeSegment(string text, int start, List<int> ids)
    {
        if (text.Length == 0)
            return;
        var written = text.Replace(' ', '▁');
        if (blanks == Blanks.Normalized)
            written = "▁" + written;
        else if (written[0] != '▁' && (blanks is Blanks.Always or Blanks.AlwaysSplit || (blanks == Blanks.First && start == 0)))
            written = "▁" + written;
        if (blanks != Blanks.AlwaysSplit)
        {
            EncodeWord(written, ids);
            return;
        }

        for (var from = 0; from < written.Length;)
        {
            var to = written.IndexOf('▁', from + 1) is var next and >= 0 ? next : written.Length;
            EncodeWord(written[from..to], ids);
            from = to;
        }
    }

    private void EncodeWord(string word, List<int> ids)
    {
        if (IgnoresMerges && Ids.TryGetValue(word, out var whole) && whole > End)
        {
            ids.Add(whole);
            return;
        }

        var tokens = new List<int>();
        var wasUnknown = false;
        foreach (var rune in word.EnumerateRunes())
        {
            var known = Ids.TryGetValue(rune.ToString(), out var id);
            if (known)
                tokens.Add(id);
            else if (HasBytes)
                tokens.AddRange(Encoding.UTF8.GetBytes(rune.ToString()).Select(b => FirstByte + b));
            else if (!wasUnknown || !FusesUnknown)
                tokens.Add(Unknown);
            wasUnknown = !known && !HasBytes;
        }

        while (true)
        {
            int best = -1, bestRank = int.MaxValue, merged = 0;
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                if (Ranks.TryGetValue((tokens[i], tokens[i + 1]), out var merge) && merge.Rank < bestRank)
                    (best, bestRank, merged) = (i, merge.Rank, merge.Id);
            }

            if (best < 0)
                break;
            tokens[best] = merged;
            tokens.RemoveAt(best + 1);
        }

        ids.AddRange(tokens);
    }
}

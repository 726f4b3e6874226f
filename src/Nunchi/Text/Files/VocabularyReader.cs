using System.Text;
using System.Text.Json;
using Nunchi.Text.BytePairs;

namespace Nunchi.Text.Files;

/// <summary>Reads <c>vocab</c> and <c>merges</c> of a BPE model, whose tokens are spelt in the byte alphabet or in characters.</summary>
internal sealed class VocabularyReader
{
    private readonly bool _byteLevel;
    private readonly IReadOnlyList<AddedToken> _added;
    private readonly HashSet<int> _special;
    private readonly HashSet<string> _specialTexts;
    private readonly JsonNode _node;
    private byte[] _bytes = new byte[1024];

    /// <param name="vocab">The model's <c>vocab</c>.</param>
    /// <param name="added">The added tokens.</param>
    /// <param name="byteLevel">Whether tokens are spelt in the byte alphabet.</param>
    public VocabularyReader(JsonNode vocab, IReadOnlyList<AddedToken> added, bool byteLevel)
    {
        _node = vocab;
        _added = added;
        _byteLevel = byteLevel;
        _special = [.. added.Where(t => t.Special).Select(t => t.Id)];
        _specialTexts = [.. added.Where(t => t.Special).Select(t => t.Content)];
        Vocabulary = ReadVocabulary();
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>Reads the merges.</summary>
    /// <param name="merges">The model's <c>merges</c>.</param>
    public MergeTable ReadMerges(JsonNode merges)
    {
        if (merges.Kind != JsonValueKind.Array)
            throw merges.Expected("a list of merges");
        var table = new MergeTable(merges.Element.GetArrayLength());
        Span<byte> joined = stackalloc byte[512];
        var rank = -1;
        foreach (var node in merges.Items())
        {
            rank++;
            int? first, second;
            if (node.Kind == JsonValueKind.String)
            {
                var text = node.Utf8();
                var space = text.IndexOf((byte)' ');
                if (space < 0 || text[(space + 1)..].Contains((byte)' '))
                    throw node.Expected("two tokens with a space between them");
                first = Find(node, text[..space]);
                second = Find(node, text[(space + 1)..]);
            }
            else
            {
                if (node.Kind != JsonValueKind.Array || node.Element.GetArrayLength() != 2)
                    throw node.Expected("a pair of tokens");
                var pair = node.Items().ToArray();
                first = Find(pair[0], pair[0].Utf8());
                second = Find(pair[1], pair[1].Utf8());
            }

            if (first is not { } left || second is not { } right)
                continue;
            var length = Vocabulary.Span(left).Length + Vocabulary.Span(right).Length;
            var whole = length <= joined.Length ? joined[..length] : new byte[length];
            Vocabulary.Span(left).CopyTo(whole);
            Vocabulary.Span(right).CopyTo(whole[Vocabulary.Span(left).Length..]);
            var id = Vocabulary.Find(whole);
            if (id < 0 && !_byteLevel && _specialTexts.Contains(Encoding.UTF8.GetString(whole)))
                continue;
            if (id < 0)
                throw node.Error($"the merged token \"{(_byteLevel ? ByteLevelAlphabet.Spell(whole) : Encoding.UTF8.GetString(whole))}\" is not in the vocabulary");
            if (_special.Contains(id))
                throw node.Error($"merges to special token {id}, which must not come from ordinary text");
            if (!table.Add(left, right, rank, id))
                throw node.Error("the same merge is listed twice");
        }

        return table;
    }

    /// <summary>The tokens of the 256 bytes of byte-level BPE, each of which must be there.</summary>
    public int[] ReadBytes()
    {
        var ids = new int[256];
        for (var value = 0; value < 256; value++)
        {
            ids[value] = Vocabulary.Find([(byte)value]);
            if (InUtf8(value) && (ids[value] < 0 || _special.Contains(ids[value])))
                throw _node.Error($"no ordinary token for byte 0x{value:X2} (spelt \"{ByteLevelAlphabet.ToCharacter((byte)value)}\"); a byte-level vocabulary has one for every byte");
        }

        return ids;
    }

    /// <summary>The tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, -1 for those that are not there.</summary>
    /// <param name="complete">Whether every byte that UTF-8 has is there.</param>
    public int[] FindFallbackBytes(out bool complete)
    {
        var ids = new int[256];
        complete = true;
        for (var value = 0; value < 256; value++)
        {
            ids[value] = Vocabulary.Find(Encoding.UTF8.GetBytes($"<0x{value:X2}>"));
            complete &= ids[value] >= 0 || !InUtf8(value);
        }

        return ids;
    }

    private static bool InUtf8(int value) => value is not (0xC0 or 0xC1 or >= 0xF5);

    private Vocabulary ReadVocabulary()
    {
        var builder = new Vocabulary.Builder();
        var addedById = _added.ToDictionary(t => t.Id);
        foreach (var (property, node) in _node.Members())
        {
            var id = node.Integer();
            if (id is < 0 or >= TokenizerFile.IdLimit)
                throw node.Error($"id {id} is outside 0 to {TokenizerFile.IdLimit - 1}");
            var spelling = node.Utf8(property);
            if (addedById.TryGetValue(id, out var token))
            {
                if (!spelling.SequenceEqual(Encoding.UTF8.GetBytes(token.Content)))
                    throw node.Error($"id {id} is also added token \"{token.Content}\"");
                if (token.Special)
                    continue;
            }

            var count = Read(node, spelling);
            if (count == 0)
                throw node.Error("the token is empty");
            if (count > 0)
                builder.Add(id, _bytes.AsSpan(0, count), isBytePair: true);
            else
                builder.Add(id, spelling, isBytePair: false);
            addedById.Remove(id);
        }

        foreach (var token in addedById.Values)
            builder.Add(token.Id, Encoding.UTF8.GetBytes(token.Content), isBytePair: false);
        if (builder.HighestId >= builder.Count * 8L + 65536)
            throw _node.Error($"the highest id is {builder.HighestId}, but there are only {builder.Count} tokens");
        return builder.Build(out var problem) ?? throw _node.Error(problem!);
    }

    /// <summary>Null for a special token of a vocabulary of characters: converters list merges that make or use them, which no text may reach.</summary>
    private int? Find(JsonNode node, ReadOnlySpan<byte> spelling)
    {
        var count = Read(node, spelling);
        var id = count <= 0 ? -1 : Vocabulary.Find(_bytes.AsSpan(0, count));
        if (id >= 0)
            return id;
        var text = Encoding.UTF8.GetString(spelling);
        return !_byteLevel && _specialTexts.Contains(text) ? null : throw node.Error($"token \"{text}\" is not in the vocabulary");
    }

    /// <summary>Puts the bytes that a spelling stands for into the buffer; returns their number, or -1 when it is not of the byte alphabet.</summary>
    private int Read(JsonNode node, ReadOnlySpan<byte> spelling)
    {
        if (_bytes.Length < spelling.Length)
            _bytes = new byte[spelling.Length * 2];
        if (_byteLevel)
            return ByteLevelAlphabet.Read(spelling, _bytes);
        if (!System.Text.Unicode.Utf8.IsValid(spelling))
            throw node.Error("a token is not valid Unicode");
        spelling.CopyTo(_bytes);
        return spelling.Length;
    }
}

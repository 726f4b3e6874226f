using System.Buffers;
using System.Text;
using Nunchi.Text.Decoding;

namespace Nunchi.Text.BytePairs;

/// <summary>
/// BPE on characters, as SentencePiece models are written in <c>tokenizer.json</c>: words are merged from the tokens of their characters; a character that
/// has none becomes the tokens of its bytes (<c>&lt;0xEA&gt;</c>), or the unknown token where the file lacks those.
/// </summary>
internal sealed class CharacterModel : TokenModel
{
    private const int StackLimit = WordCache.LongestWord * 3;

    private readonly PairMerger _merger;
    private readonly int[] _characters = new int[0x10000]; // ids of single characters of the first plane, -1 where there is none
    private readonly Dictionary<int, int> _farCharacters = [];
    private readonly int[] _byteIds;
    private readonly bool _fusesUnknown;
    private readonly bool _ignoresMerges;
    private readonly PieceDecoder _decoder;

    /// <param name="vocabulary">The tokens' spellings.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="byteIds">The tokens of the 256 bytes, -1 where there is none.</param>
    /// <param name="unknown">The token for what has no other, or null when every byte has its token.</param>
    /// <param name="fusesUnknown">Whether unknown characters in a row become one token.</param>
    /// <param name="ignoresMerges">Whether a word that is a token is taken whole.</param>
    /// <param name="decoder">From tokens to text.</param>
    public CharacterModel(Vocabulary vocabulary, MergeTable merges, int[] byteIds, int? unknown, bool fusesUnknown, bool ignoresMerges, PieceDecoder decoder)
        : base(vocabulary)
    {
        _merger = new PairMerger(merges);
        _byteIds = byteIds;
        UnknownId = unknown;
        _fusesUnknown = fusesUnknown;
        _ignoresMerges = ignoresMerges;
        _decoder = decoder;
        Array.Fill(_characters, -1);
        for (var id = 0; id < vocabulary.Size; id++)
        {
            if (!vocabulary.IsBytePair(id) || Rune.DecodeFromUtf8(vocabulary.Span(id), out var rune, out var used) != OperationStatus.Done || used != vocabulary.Span(id).Length)
                continue;
            if (rune.Value < _characters.Length)
                _characters[rune.Value] = id;
            else
                _farCharacters[rune.Value] = id;
        }
    }

    /// <summary>The token of characters for which the file has no other; null when there are none.</summary>
    public int? UnknownId { get; }

    /// <summary>
    /// Whether a text may be cut before a sign for a blank that follows anything else without changing its tokens: no token reaches over such a place.
    /// </summary>
    public bool CutsBefore(char sign)
    {
        if (_ignoresMerges || _characters[sign] < 0)
            return false;
        Span<byte> utf8 = stackalloc byte[3];
        utf8 = utf8[..Encoding.UTF8.GetBytes([sign], utf8)];
        for (var id = 0; id < Vocabulary.Size; id++)
        {
            if (!Vocabulary.IsBytePair(id))
                continue;
            var rest = Vocabulary.Span(id);
            while (rest.StartsWith(utf8))
                rest = rest[utf8.Length..];
            if (rest.IndexOf(utf8) >= 0)
                return false;
        }

        return true;
    }

    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (_ignoresMerges && Vocabulary.Find(Encoding.UTF8.GetBytes(word.ToString())) is var id and >= 0)
        {
            ids.Add(id);
            return;
        }

        // No UTF-16 unit has more than three bytes.
        var most = word.Length * 3;
        int[]? rented = null;
        var tokens = most <= StackLimit ? stackalloc int[StackLimit] : rented = ArrayPool<int>.Shared.Rent(most);
        try
        {
            _merger.Merge(tokens[..Begin(word, tokens)], ids);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<int>.Shared.Return(rented);
        }
    }

    public override int Find(string spelling) => Vocabulary.Find(Encoding.UTF8.GetBytes(spelling));

    public override string Spell(int id) => Encoding.UTF8.GetString(Vocabulary.Span(id));

    public override ReadOnlyMemory<byte> Bytes(int id) => _decoder.Bytes(Spell(id));

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var assembler = new PieceAssembler(Vocabulary, _decoder);
        foreach (var id in ids)
            assembler.Take(id);
        return assembler.Flush();
    }

    public override TextAssembler Assemble() => new PieceAssembler(Vocabulary, _decoder);

    /// <summary>The tokens of the characters, before any merge; returns how many.</summary>
    private int Begin(ReadOnlySpan<char> word, Span<int> tokens)
    {
        var count = 0;
        var unknown = false; // an unknown token is written only when what follows it is known
        Span<byte> utf8 = stackalloc byte[4];
        for (var at = 0; at < word.Length;)
        {
            Rune.DecodeFromUtf16(word[at..], out var rune, out var used); // U+FFFD for an unpaired surrogate
            at += used;
            var id = rune.Value < _characters.Length ? _characters[rune.Value] : _farCharacters.GetValueOrDefault(rune.Value, -1);
            if (id >= 0)
            {
                if (unknown)
                    tokens[count++] = UnknownId!.Value;
                unknown = false;
                tokens[count++] = id;
                continue;
            }

            var bytes = utf8[..rune.EncodeToUtf8(utf8)];
            if (HasAll(bytes))
            {
                foreach (var value in bytes)
                    tokens[count++] = _byteIds[value];
                continue;
            }

            if (unknown && !_fusesUnknown)
                tokens[count++] = UnknownId!.Value;
            unknown = true;
        }

        if (unknown)
            tokens[count++] = UnknownId!.Value;
        return count;
    }

    private bool HasAll(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_byteIds[value] < 0)
                return false;
        }

        return true;
    }
}

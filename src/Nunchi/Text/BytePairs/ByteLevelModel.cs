using System.Buffers;
using System.Text;
using Nunchi.Text.Decoding;

namespace Nunchi.Text.BytePairs;

/// <summary>Byte-level BPE (GPT-2 and its line): words are merged from the 256 bytes, tokens are spelt in <see cref="ByteLevelAlphabet"/>.</summary>
/// <param name="vocabulary">The tokens' bytes.</param>
/// <param name="byteIds">Ids of single bytes; -1 for bytes that UTF-8 never has and the file does not list.</param>
/// <param name="merges">The merges.</param>
/// <param name="ignoreMerges">Whether a word that is a token is taken whole.</param>
internal sealed class ByteLevelModel(Vocabulary vocabulary, int[] byteIds, MergeTable merges, bool ignoreMerges) : TokenModel(vocabulary)
{
    private readonly BytePairEncoder _encoder = new(byteIds, merges);

    public override void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length <= WordCache.LongestWord)
        {
            Span<byte> small = stackalloc byte[WordCache.LongestWord * 3];
            EncodeBytes(small[..Encoding.UTF8.GetBytes(word, small)], ids);
            return;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        try
        {
            EncodeBytes(bytes.AsSpan(0, Encoding.UTF8.GetBytes(word, bytes)), ids);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override int Find(string spelling)
    {
        var utf8 = Encoding.UTF8.GetBytes(spelling);
        var bytes = new byte[utf8.Length];
        var count = ByteLevelAlphabet.Read(utf8, bytes);
        return count <= 0 ? -1 : Vocabulary.Find(bytes.AsSpan(0, count));
    }

    public override string Spell(int id) =>
        Vocabulary.IsBytePair(id) ? ByteLevelAlphabet.Spell(Vocabulary.Span(id)) : Encoding.UTF8.GetString(Vocabulary.Span(id));

    public override ReadOnlyMemory<byte> Bytes(int id) => Vocabulary.Bytes(id);

    public override string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new ArrayBufferWriter<byte>(ids.Length * 4 + 16);
        foreach (var id in ids)
            bytes.Write(Vocabulary.Span(id));
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    public override TextAssembler Assemble() => new ByteAssembler(Vocabulary);

    private void EncodeBytes(ReadOnlySpan<byte> bytes, List<int> ids)
    {
        if (ignoreMerges && Vocabulary.Find(bytes) is var id and >= 0)
            ids.Add(id);
        else
            _encoder.Encode(bytes, ids);
    }
}

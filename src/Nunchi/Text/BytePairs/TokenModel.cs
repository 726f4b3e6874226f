using Nunchi.Text.Decoding;

namespace Nunchi.Text.BytePairs;

/// <summary>What a BPE model is made of: how a word becomes ids, and how ids are spelt and read.</summary>
internal abstract class TokenModel(Vocabulary vocabulary)
{
    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Appends the tokens of one word.</summary>
    public abstract void Encode(ReadOnlySpan<char> word, List<int> ids);

    /// <summary>The id of the token that the file spells so, or -1; special tokens are not found.</summary>
    public abstract int Find(string spelling);

    /// <summary>How the file spells a token.</summary>
    public abstract string Spell(int id);

    /// <summary>The bytes that a token adds to a text that has begun.</summary>
    public abstract ReadOnlyMemory<byte> Bytes(int id);

    /// <summary>The text of all ids of a sequence.</summary>
    public abstract string Decode(ReadOnlySpan<int> ids);

    /// <summary>What turns the ids of one sequence into text as they come.</summary>
    public abstract TextAssembler Assemble();
}

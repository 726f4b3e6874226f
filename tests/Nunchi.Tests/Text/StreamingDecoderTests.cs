using CsCheck;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

public sealed class StreamingDecoderTests
{
    [Fact]
    public void Push_SyllableInThreeTokens_ShowsItOnce()
    {
        var tokenizer = Goldens.Tokenizer("varco2-tiny");
        var decoder = new StreamingDecoder(tokenizer);
        var ids = "뷁"u8.ToArray().Select(b => tokenizer.TokenId(SpelledByte(b))!.Value).ToArray();
        Assert.Equal(["", "", "뷁"], ids.Select(decoder.Push));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Flush_InsideACharacter_GivesTheReplacementAndStartsAnew()
    {
        var tokenizer = Goldens.Tokenizer("varco2-tiny");
        var decoder = new StreamingDecoder(tokenizer);
        Assert.Equal("", decoder.Push(tokenizer.TokenId(SpelledByte(0xEB))!.Value));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("a", decoder.Push(tokenizer.TokenId("a")!.Value));
    }

    [Fact]
    public void Push_SkippingSpecial_LeavesThemOut()
    {
        var tokenizer = Goldens.Tokenizer("varco2-tiny");
        var ids = tokenizer.Encode("<obj>공</obj>입니다<|im_end|>", allowSpecial: true);
        Assert.Equal("공입니다", new StreamingDecoder(tokenizer, skipSpecial: true).Push(ids));
        Assert.Equal("<obj>공</obj>입니다<|im_end|>", new StreamingDecoder(tokenizer).Push(ids));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamingDecoder(tokenizer).Push(100_000));
    }

    [Fact]
    public void Push_AnyIds_AddUpToTheWholeAndNeverHalfACharacter()
    {
        var tokenizer = Goldens.Tokenizer("varco2-tiny");
        Gen.Int[0, tokenizer.VocabularySize - 1].Array[0, 60].Sample(ids =>
        {
            var decoder = new StreamingDecoder(tokenizer);
            var pieces = ids.Select(decoder.Push).ToList();
            pieces.Add(decoder.Flush());
            Assert.Equal(tokenizer.Decode(ids), string.Concat(pieces));
            Assert.DoesNotContain(pieces, p => p.Length > 0 && (char.IsHighSurrogate(p[^1]) || char.IsLowSurrogate(p[0])));
        }, iter: 2000);
    }

    private static string SpelledByte(byte value) => Nunchi.Text.ByteLevelAlphabet.Spell([value]);
}

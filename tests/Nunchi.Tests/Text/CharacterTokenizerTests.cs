using System.Text;
using CsCheck;
using Nunchi.Chat;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

/// <summary>Tokenizers of the SentencePiece kind: BPE on characters with byte fallback.</summary>
public sealed class CharacterTokenizerTests
{
    private static readonly string[] Letters = ["a", "t", "h", "e", "l", "o", "i", "n", " ", "  ", "▁", "the", "hello", " in the", "안녕", "하세요", "한", "\n", "😀", "🙂", ".", "<", "</s>", "<s>", "\uFFFD", "<0x0A>"];

    private static readonly Gen<string> Texts = Gen.Int[0, Letters.Length - 1].Select(i => Letters[i]).Array[0, 30].Select(string.Concat);

    public static TheoryData<Blanks> AllBlanks => [.. Enum.GetValues<Blanks>()];

    [Theory]
    [InlineData("hello", "▁hello")]
    [InlineData(" hello", "▁ ▁hello")]
    [InlineData("the in", "▁the ▁ in")]
    [InlineData("in the", "▁ in ▁the")]
    [InlineData("안녕하세요", "▁안녕 하세요")]
    [InlineData("한", "▁ <0xED> <0x95> <0x9C>")]
    [InlineData("\n", "▁ <0x0A>")]
    [InlineData("    the", "▁▁▁▁ ▁the")]
    [InlineData("", "")]
    [InlineData("▁the", "▁ ▁the")]
    [InlineData("hello</s>", "▁hello < <0x2F> s >")]
    [InlineData("🙂😀", "▁ <0xF0> <0x9F> <0x99> <0x82> 😀")]
    public void Encode_ByHand_GivesThesePieces(string text, string pieces)
    {
        var fixture = new CharacterTokenizerFixture(Blanks.Normalized);
        Assert.Equal(pieces.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(fixture.Id), fixture.Make().Encode(text));
    }

    [Fact]
    public void Encode_UnpairedSurrogates_BecomeTheReplacementCharacter()
    {
        var tokenizer = new CharacterTokenizerFixture(Blanks.Normalized).Make();
        Assert.Equal("\uFFFDa\uFFFD", tokenizer.Decode(tokenizer.Encode("\uD800a\uDC00")));
    }

    [Theory]
    [InlineData(Blanks.Normalized, "<s> ▁hello </s> ▁ ▁the")]
    [InlineData(Blanks.First, "<s> hello </s> ▁the")]
    [InlineData(Blanks.Always, "<s> ▁hello </s> ▁the")]
    [InlineData(Blanks.AlwaysSplit, "<s> ▁hello </s> ▁the")]
    [InlineData(Blanks.Never, "<s> hello </s> ▁the")]
    public void Encode_AfterSpecialTokens_PutsBlanksAsTheSchemeSays(Blanks blanks, string pieces)
    {
        var fixture = new CharacterTokenizerFixture(blanks);
        Assert.Equal(pieces.Split(' ').Select(fixture.Id), fixture.Make().Encode("<s>hello</s> the", allowSpecial: true));
    }

    [Theory]
    [InlineData(Blanks.First, "▁hello ▁▁ the")]
    [InlineData(Blanks.AlwaysSplit, "▁hello ▁ ▁the")]
    [InlineData(Blanks.Never, "hello ▁▁ the")]
    public void Encode_TwoBlanks_AreOnePieceUnlessSplit(Blanks blanks, string pieces)
    {
        // Without "▁the" and "▁t" of higher rank, the two signs join first.
        var fixture = new CharacterTokenizerFixture(blanks) { Pieces = ["▁▁", "he", "the", "▁the", "ll", "hell", "hello", "▁hello"] };
        Assert.Equal(pieces.Split(' ').Select(fixture.Id), fixture.Make().Encode("hello  the"));
    }

    [Theory]
    [MemberData(nameof(AllBlanks))]
    public void Encode_RandomTexts_AgreesWithTheDefinition(Blanks blanks)
    {
        CharacterTokenizerFixture[] fixtures =
        [
            new(blanks),
            new(blanks) { Pieces = ["▁t", "he", "▁the", "▁▁", "ll", "llo", "hello", "▁hello", "안녕", "하세요", "세요"] }, // no piece reaches over a blank
            new(blanks) { HasBytes = false },
            new(blanks) { HasBytes = false, FusesUnknown = false },
            new(blanks) { IgnoresMerges = true, Pieces = ["▁hello▁the", "he", "▁the", "안녕하세요"] },
        ];
        var tokenizers = fixtures.Select(f => f.Make()).ToArray();
        Texts.Sample(text =>
        {
            for (var i = 0; i < fixtures.Length; i++)
            {
                foreach (var allow in (bool[])[false, true])
                    Assert.Equal(fixtures[i].Encode(text, allow), tokenizers[i].Encode(text, allow));
            }
        }, iter: 400);
    }

    [Theory]
    [MemberData(nameof(AllBlanks))]
    public void Encode_RandomCodePoints_RoundTrips(Blanks blanks)
    {
        var tokenizer = new CharacterTokenizerFixture(blanks).Make();
        Gen.Int[0, 0x10FFFF].Where(c => Rune.IsValid(c) && c != '▁').Select(c => char.ConvertFromUtf32(c)).Array[0, 40].Select(string.Concat).Sample(text =>
        {
            // A scheme that puts no second blank before a text that has one loses it in decoding.
            if (text.StartsWith(' ') && blanks is not (Blanks.Normalized or Blanks.Never))
                text = "a" + text;
            return tokenizer.Decode(tokenizer.Encode(text)) == text;
        }, iter: 1000);
    }

    [Theory]
    [MemberData(nameof(AllBlanks))]
    public void Decode_AnyIds_AgreesWithTheDefinitionAndWithTheStream(Blanks blanks)
    {
        var fixture = new CharacterTokenizerFixture(blanks);
        var tokenizer = fixture.Make();
        // Bytes of "한" and "🙂" more often than others, so that runs are whole characters now and then.
        var ids = Gen.OneOf(Gen.Int[0, tokenizer.VocabularySize - 1], Gen.Int[0, 6].Select(i => CharacterTokenizerFixture.FirstByte + "한🙂"u8[i]));
        ids.Array[0, 40].Sample(sequence =>
        {
            var decoder = new StreamingDecoder(tokenizer);
            for (var times = 0; times < 2; times++)
            {
                var pieces = sequence.Select(decoder.Push).ToList();
                pieces.Add(decoder.Flush());
                Assert.Equal(fixture.Decode(sequence), string.Concat(pieces));
                Assert.DoesNotContain(pieces, p => p.Length > 0 && (char.IsHighSurrogate(p[^1]) || char.IsLowSurrogate(p[0])));
            }

            Assert.Equal(fixture.Decode(sequence), tokenizer.Decode(sequence));
            Assert.Equal(fixture.Decode(sequence.Where(id => id > CharacterTokenizerFixture.End)), tokenizer.Decode(sequence, skipSpecial: true));
        }, iter: 2000);
    }

    [Fact]
    public void Push_ByteTokens_GatherToWholeCharacters()
    {
        var tokenizer = new CharacterTokenizerFixture(Blanks.Normalized).Make();
        var decoder = new StreamingDecoder(tokenizer);
        Assert.Equal(["", "", "", "", "", "", "한글 hello"], tokenizer.Encode("한글 hello")[1..].Select(decoder.Push));
        Assert.Equal("", decoder.Flush());
    }

    [Fact]
    public void Push_BlankBeforeAPiece_IsLeftOutAtTheStartOnly()
    {
        var fixture = new CharacterTokenizerFixture(Blanks.Normalized);
        var decoder = new StreamingDecoder(fixture.Make());
        Assert.Equal("hello", decoder.Push(fixture.Id("▁hello")));
        Assert.Equal(" hello", decoder.Push(fixture.Id("▁hello")));
        Assert.Equal("", decoder.Flush());
        Assert.Equal("", decoder.Push(fixture.Id("▁")));
        Assert.Equal(" hello", decoder.Push(fixture.Id("▁hello")));
    }

    [Fact]
    public void Decode_MetaspaceDecoder_LeavesOutTheSignsOfTheFirstPiece()
    {
        var fixture = new CharacterTokenizerFixture(Blanks.AlwaysSplit);
        var root = fixture.Json();
        root["decoder"] = System.Text.Json.Nodes.JsonNode.Parse("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}""");
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
        Assert.Equal("hello  hello<0x0A>", tokenizer.Decode([.. "▁hello ▁ ▁hello <0x0A>".Split(' ').Select(fixture.Id)]));
        Assert.Equal("hello", tokenizer.Decode([.. "▁▁▁▁ hello".Split(' ').Select(fixture.Id)]));
        Assert.Equal(" hello", Encoding.UTF8.GetString(tokenizer.TokenBytes(fixture.Id("▁hello")).Span));
    }

    [Fact]
    public void TokenBytes_AreTheBytesInTheText()
    {
        var fixture = new CharacterTokenizerFixture(Blanks.Normalized);
        var tokenizer = fixture.Make();
        Assert.Equal(" 안녕"u8.ToArray(), tokenizer.TokenBytes(fixture.Id("▁안녕")).ToArray());
        Assert.Equal([0xED], tokenizer.TokenBytes(fixture.Id("<0xED>")).ToArray());
        Assert.Equal("▁안녕", tokenizer.TokenText(fixture.Id("▁안녕")));
        Assert.Equal(fixture.Id("▁안녕"), tokenizer.TokenId("▁안녕"));
        Assert.Equal([1], tokenizer.PrefixIds);
        Assert.Null(tokenizer.TokenId("Ġthe"));
    }

    [Theory]
    [InlineData("한")]
    [InlineData("a")]
    [InlineData("hello")]
    [InlineData(" ")]
    [InlineData("he ")]
    public void Encode_LongTextWithoutABreak_RoundTrips(string unit)
    {
        foreach (var blanks in (Blanks[])[Blanks.Normalized, Blanks.AlwaysSplit])
        {
            var text = "a" + string.Concat(Enumerable.Repeat(unit, 250_000 / unit.Length));
            var tokenizer = new CharacterTokenizerFixture(blanks).Make();
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Encode_TypedControlText_NeverGivesSpecialTokens()
    {
        // As converters do, the merges name ways to make "<s>" from ordinary pieces.
        var fixture = new CharacterTokenizerFixture(Blanks.Never) { Pieces = ["s>", "/s", "/s>", "<s", "<unk"], Characters = ["▁", "<", ">", "s", "/", "u", "n", "k"] };
        var root = fixture.Json();
        foreach (var (left, right) in ((string, string)[])[("<", "s>"), ("<s", ">"), ("<", "/s>"), ("<s>", ">")])
            root["model"]!["merges"]!.AsArray().Insert(0, new System.Text.Json.Nodes.JsonArray(left, right));
        root["model"]!["ignore_merges"] = true;
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
        foreach (var text in (string[])["<s>", "</s>", "<unk>", "</s></s>", " <s>/s>"])
        {
            Assert.DoesNotContain(tokenizer.Encode(text), tokenizer.IsSpecial);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Build_PromptWithTypedControlText_KeepsTheTemplatesOnly()
    {
        const string Template = "{% for m in messages %}{% if m.role == 'user' %}in: {{ m.content }} {% else %}out: {{ m.content }}</s>{% endif %}{% endfor %}{% if add_generation_prompt %}out:{% endif %}";
        foreach (var normalized in (bool[])[false, true])
        {
            var fixture = new CharacterTokenizerFixture(Blanks.Normalized) { NormalizedSpecials = normalized };
            var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(fixture.Json().ToJsonString()), """{"bos_token": "<s>", "eos_token": "</s>"}"""u8.ToArray());
            var builder = new PromptBuilder(new ChatTemplate(Template), tokenizer, null);
            var prompt = builder.Build([new Message(Role.User, "hello </s> <s>"), new Message(Role.Assistant, "the"), new Message(Role.User, "a")], new PromptOptions { FindAssistantSpans = true });
            Assert.Equal("in: hello </s> <s> out: the</s>in: a out:", prompt.Text);
            // A file that seeks its special tokens in the normalised text looks for "▁</s>", which the template does not write.
            Assert.Equal(normalized ? 0 : 1, prompt.Ids.Count(id => id == CharacterTokenizerFixture.End));
            Assert.Equal(1, prompt.Ids.Count(id => id == CharacterTokenizerFixture.Begin));
            Assert.Equal(CharacterTokenizerFixture.Begin, prompt.Ids[0]);

            // The answer begins in the middle of a stretch: no blank is put before it.
            var span = prompt.AssistantSpans[0];
            Assert.Equal(fixture.Id("▁the"), prompt.Ids[span.Start]);
            Assert.Equal(normalized ? "the</s>" : "the", tokenizer.Decode([.. prompt.Ids.Skip(span.Start).Take(span.End - span.Start)], skipSpecial: true));
        }
    }

    [Fact]
    public void Encode_NormalizedSpecialTokens_AreSoughtAsTheNormalizerWritesThem()
    {
        var fixture = new CharacterTokenizerFixture(Blanks.Normalized) { NormalizedSpecials = true };
        var tokenizer = fixture.Make();
        Assert.Equal("▁hello </s>".Split(' ').Select(fixture.Id), tokenizer.Encode("hello </s>", allowSpecial: true));
        Assert.Equal("</s> hello".Split(' ').Select(fixture.Id), tokenizer.Encode("</s>hello", allowSpecial: true));
        Assert.DoesNotContain(CharacterTokenizerFixture.End, tokenizer.Encode("hello</s>", allowSpecial: true));
        Assert.DoesNotContain(CharacterTokenizerFixture.End, tokenizer.Encode("hello </s>"));
    }
}

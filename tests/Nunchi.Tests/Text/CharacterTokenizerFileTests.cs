using System.Text;
using System.Text.Json.Nodes;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

public sealed class CharacterTokenizerFileTests
{
    private const string Metaspace = "\"type\": \"Metaspace\", \"replacement\": \"▁\"";

    [Theory]
    [InlineData("model.type", "\"Unigram\"", "model \"Unigram\" is not supported")]
    [InlineData("model.unk_token", "\"<none>\"", null)] // every byte has its token, so nothing is unknown
    [InlineData("model.vocab.<0xED>", "\"x\"", "expected an integer")]
    [InlineData("model.merges.0", "[\"▁\", \"zz\"]", "model.merges[0][1]: token \"zz\" is not in the vocabulary")]
    [InlineData("model.merges.0", "[\"h\", \"h\"]", "model.merges[0]: the merged token \"hh\" is not in the vocabulary")]
    [InlineData("model.merges.0", "[\"<s>\", \"h\"]", null)]
    [InlineData("normalizer.normalizers.0.prepend", "\"\"", "normalizer.normalizers[0].prepend: expected 1 to 64 characters")]
    [InlineData("normalizer.normalizers.1.content", "\"65 characters\"", "normalizer.normalizers[1].content: expected at most 64 characters")]
    [InlineData("normalizer.normalizers.1.pattern", "{\"Regex\": \" +\"}", "regular expressions are not supported in Replace")]
    [InlineData("normalizer.normalizers.1.type", "\"Lowercase\"", "normalizer \"Lowercase\" is not supported")]
    [InlineData("normalizer", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"\"}", "normalizer \"Precompiled\" is not supported")]
    [InlineData("pre_tokenizer", "{" + Metaspace + ", \"add_prefix_space\": true}", null)]
    [InlineData("pre_tokenizer", "{" + Metaspace + ", \"add_prefix_space\": false, \"prepend_scheme\": \"first\"}", "pre_tokenizer.prepend_scheme: expected \"never\"")]
    [InlineData("pre_tokenizer", "{" + Metaspace + ", \"prepend_scheme\": \"last\"}", "pre_tokenizer.prepend_scheme: expected \"always\", \"first\" or \"never\", found \"last\"")]
    [InlineData("pre_tokenizer", "{\"type\": \"Metaspace\", \"replacement\": \"ab\"}", "pre_tokenizer.replacement: expected one character")]
    [InlineData("pre_tokenizer", "{\"type\": \"Metaspace\"}", "pre_tokenizer.replacement: expected a string")]
    [InlineData("pre_tokenizer", "{\"type\": \"Whitespace\"}", "pre-tokenizer \"Whitespace\" is not supported")]
    [InlineData("pre_tokenizer", "{\"type\": \"Sequence\", \"pretokenizers\": [{" + Metaspace + "}, {" + Metaspace + "}]}", "a step after Metaspace")]
    [InlineData("decoder", "null", "decoder: expected a decoder")]
    [InlineData("decoder", "{\"type\": \"BPEDecoder\"}", "decoder \"BPEDecoder\" is not supported")]
    [InlineData("decoder", "{\"type\": \"ByteLevel\"}", "decoder \"ByteLevel\" is not supported")]
    [InlineData("decoder.decoders.3.stop", "1", "decoder.decoders[3].stop: expected 0")]
    [InlineData("decoder.decoders.3.start", "-1", "decoder.decoders[3].start: expected 0 or more")]
    [InlineData("decoder.decoders.3.content", "\"  \"", "decoder.decoders[3].content: expected one character")]
    [InlineData("decoder.decoders.3.type", "\"ByteFallback\"", "decoder \"ByteFallback\" after Fuse")]
    [InlineData("decoder.decoders.0.pattern", "{\"Regex\": \"x\"}", "regular expressions are not supported in Replace")]
    public void FromJson_OneWrongValue_NamesFileAndPlace(string path, string value, string? expected)
    {
        var root = new CharacterTokenizerFixture(Blanks.Normalized).Json();
        Check(root, path, value, expected);
    }

    [Theory]
    [InlineData("model.unk_token", "null", "model.unk_token: expected a token for characters that the vocabulary lacks")]
    [InlineData("model.unk_token", "\"<none>\"", "model.unk_token: token \"<none>\" is not in the vocabulary")]
    [InlineData("model.byte_fallback", "true", null)]
    public void FromJson_WithoutByteTokens_NeedsAnUnknownToken(string path, string value, string? expected) =>
        Check(new CharacterTokenizerFixture(Blanks.Normalized) { HasBytes = false }.Json(), path, value, expected);

    [Fact]
    public void FromJson_UnknownTokenThatEndsTexts_IsRefused()
    {
        var json = Encoding.UTF8.GetBytes(new CharacterTokenizerFixture(Blanks.Normalized) { HasBytes = false, UnknownToken = "</s>" }.Json().ToJsonString());
        Tokenizer.FromJson(json);
        var error = Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(json, """{"eos_token": "</s>"}"""u8.ToArray(), "x/tokenizer.json"));
        Assert.Contains("x/tokenizer.json: model.unk_token: \"</s>\" also ends a text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_SomeByteTokens_FallBackOnThoseAndElseOnTheUnknown()
    {
        var fixture = new CharacterTokenizerFixture(Blanks.Never) { HasBytes = false, Characters = ["a", "<0x0A>", "<0xC2>"], Pieces = [] };
        var root = fixture.Json();
        root["model"]!["byte_fallback"] = true;
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
        // As in the reference, an unknown token is written when the next known character comes, after bytes that stand between.
        Assert.Equal([.. "a <0x0A> <unk> a <unk>".Split(' ').Select(fixture.Id)], tokenizer.Encode("a£\na¡"));
    }

    private static void Check(JsonNode root, string path, string value, string? expected)
    {
        var keys = path.Split('.');
        var json = value == "\"65 characters\"" ? $"\"{new string('x', 65)}\"" : value;
        var parent = keys[..^1].Aggregate(root, (node, key) => node is JsonArray list ? list[int.Parse(key)]! : node[key]!);
        if (parent is JsonArray items)
            items[int.Parse(keys[^1])] = JsonNode.Parse(json);
        else
            parent[keys[^1]] = JsonNode.Parse(json);
        var bytes = Encoding.UTF8.GetBytes(root.ToJsonString());
        if (expected is null)
        {
            Tokenizer.FromJson(bytes).Encode("hello 한");
            return;
        }

        var error = Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(bytes, name: "dir/tokenizer.json"));
        Assert.StartsWith("dir/tokenizer.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}

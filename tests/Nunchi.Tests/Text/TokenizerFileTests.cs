using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Nunchi.Text;

namespace Nunchi.Tests.Text;

public sealed class TokenizerFileTests
{
    private static readonly byte[] Json = File.ReadAllBytes(Goldens.At("varco2-tiny", "tokenizer.json"));

    [Theory]
    [InlineData("model.type", "\"Unigram\"", "model \"Unigram\"")]
    [InlineData("model.byte_fallback", "true", "byte_fallback")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "continuing_subword_prefix")]
    [InlineData("model.dropout", "0.5", "model.dropout")]
    [InlineData("model.vocab", "[]", "model.vocab: expected an object, found []")]
    [InlineData("model.vocab.!", "\"0\"", "model.vocab[\"!\"]: expected an integer")]
    [InlineData("model.vocab.!", "-1", "id -1")]
    [InlineData("model.vocab.!", "99999999", "id 99999999")]
    [InlineData("model.vocab.!", "16000000", "highest id is 16000000")]
    [InlineData("model.vocab.!", "5", "id 5 is given to two tokens")]
    [InlineData("model.vocab.<|im_end|>", "3", "id 3 is given to two tokens")]
    [InlineData("model.vocab.x", "733", "also added token \"<|endoftext|>\"")]
    [InlineData("model.merges", "{}", "model.merges: expected a list")]
    [InlineData("model.merges.3", "\"ab\"", "model.merges[3]: expected two tokens with a space")]
    [InlineData("model.merges.3", "[\"a\"]", "model.merges[3]: expected a pair of tokens")]
    [InlineData("model.merges.3", "[\"a\", 1]", "model.merges[3][1]: expected a string, found 1")]
    [InlineData("model.merges.3", "[\"zz\", \"a\"]", "token \"zz\" is not in the vocabulary")]
    [InlineData("model.merges.3", "[\"!\", \"?\"]", "merged token \"!?\" is not in the vocabulary")]
    [InlineData("model.merges.3", "[\"Ġ\", \"ì\"]", "model.merges[3]: the same merge is listed twice")]
    [InlineData("normalizer.type", "\"NFKC\"", "normalizer \"NFKC\"")]
    [InlineData("decoder.type", "\"WordPiece\"", "decoder \"WordPiece\"")]
    [InlineData("pre_tokenizer.type", "\"Whitespace\"", "pre-tokenizer \"Whitespace\"")]
    [InlineData("pre_tokenizer.pretokenizers.0.behavior", "\"Contiguous\"", "split behavior \"Contiguous\"")]
    [InlineData("pre_tokenizer.pretokenizers.0.pattern.Regex", "\"(?<x\"", "the pattern (?<x is not supported")]
    [InlineData("pre_tokenizer.pretokenizers.0.pattern.Regex", "7", "pre_tokenizer.pretokenizers[0].pattern.Regex: expected a string, found 7")]
    [InlineData("pre_tokenizer.pretokenizers.1.type", "\"Digits\"", "no ByteLevel step")]
    [InlineData("pre_tokenizer.pretokenizers.1.use_regex", "3", "expected true or false, found 3")]
    [InlineData("post_processor.type", "\"RobertaProcessing\"", "post-processor \"RobertaProcessing\"")]
    [InlineData("post_processor.single", "[]", "expected the text once, found it 0 times")]
    [InlineData("added_tokens", "5", "added_tokens: expected a list")]
    [InlineData("added_tokens.0.content", "\"\"", "content is empty")]
    [InlineData("added_tokens.0.content", "257 times a", "has 257 characters; the limit is 256")]
    [InlineData("added_tokens.0.id", "734", "id 734 is \"<|im_start|>\" here and \"<|endoftext|>\" before")]
    [InlineData("added_tokens.0.content", "\"<|im_end|>\"", "token \"<|im_end|>\" has id 735 here and 733 before")]
    [InlineData("added_tokens.0.special", "null", null)]
    public void FromJson_OneWrongValue_NamesFileAndPlace(string path, string value, string? expected)
    {
        var root = JsonNode.Parse(Json)!;
        var keys = path.Split('.');
        value = value == "257 times a" ? $"\"{new string('a', 257)}\"" : value;
        var parent = keys[..^1].Aggregate(root, (node, key) => node is JsonArray list ? list[int.Parse(key)]! : node[key]!);
        if (parent is JsonArray items)
            items[int.Parse(keys[^1])] = JsonNode.Parse(value);
        else
            parent[keys[^1]] = JsonNode.Parse(value);
        var bytes = Encoding.UTF8.GetBytes(root.ToJsonString());
        if (expected is null)
        {
            Tokenizer.FromJson(bytes);
            return;
        }

        var error = Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(bytes, name: "dir/tokenizer.json"));
        Assert.StartsWith("dir/tokenizer.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_MissingByte_IsRefused()
    {
        var root = JsonNode.Parse(Json)!;
        root["model"]!["vocab"]!.AsObject().Remove("Ā");
        var error = Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString())));
        Assert.Contains("no ordinary token for byte 0x00", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_CutAtEveryEighth_NamesTheFile()
    {
        for (var eighth = 0; eighth < 8; eighth++)
        {
            var error = Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(Json.AsMemory(0, Json.Length * eighth / 8), name: "cut.json"));
            Assert.StartsWith("cut.json: not readable as JSON", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FromJson_GarbledBytes_ThrowsOnlyInvalidData() =>
        Gen.Select(Gen.Int[0, Json.Length - 1], Gen.Byte, Gen.Int[0, Json.Length - 1], Gen.Byte).Sample((first, a, second, b) =>
        {
            var bytes = (byte[])Json.Clone();
            bytes[first] = a;
            bytes[second] = b;
            try
            {
                Tokenizer.FromJson(bytes, name: "garbled.json").Encode("지금 무슨 역이야? <image> 123");
            }
            catch (InvalidDataException error)
            {
                Assert.StartsWith("garbled.json", error.Message, StringComparison.Ordinal);
            }
        }, iter: 400);

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("{\"model\": 3}")]
    [InlineData("{\"model\": {\"vocab\": {}, \"merges\": []}}")]
    [InlineData("")]
    public void FromJson_OtherJson_IsRefused(string json) => Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "<a>"}}}""", "the key is not a token id")]
    [InlineData("""{"added_tokens_decoder": {"733": {"content": "<a>"}}}""", "id 733 is \"<a>\" here and \"<|endoftext|>\" before")]
    [InlineData("""{"added_tokens_decoder": []}""", "expected an object")]
    [InlineData("""{"eos_token": 4}""", "eos_token: expected a string, found 4")]
    public void FromJson_WrongConfig_NamesThatFile(string config, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(Json, Encoding.UTF8.GetBytes(config), configName: "its/tokenizer_config.json"));
        Assert.StartsWith("its/tokenizer_config.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_ConfigWithMoreTokens_AddsThem()
    {
        const string Config = """{"added_tokens_decoder": {"747": {"content": "<new>", "special": true}}, "eos_token": {"content": "<|im_end|>"}, "pad_token": null}""";
        var tokenizer = Tokenizer.FromJson(Json, Encoding.UTF8.GetBytes(Config));
        Assert.Equal(748, tokenizer.VocabularySize);
        Assert.Equal([747], tokenizer.Encode("<new>", allowSpecial: true));
        Assert.Equal("<|im_end|>", tokenizer.EosToken);
        Assert.Null(tokenizer.PadToken);
    }

    [Fact]
    public void FromJson_AddedTokenFlags_AreKept()
    {
        var tokenizer = WithAdded("""
            {"id": 747, "content": "<l>", "lstrip": true, "rstrip": false, "single_word": false, "normalized": false, "special": true},
            {"id": 748, "content": "<r>", "lstrip": false, "rstrip": true, "single_word": false, "normalized": false, "special": true},
            {"id": 749, "content": "역", "lstrip": false, "rstrip": false, "single_word": true, "normalized": false, "special": false},
            {"id": 750, "content": "\u1100\u1161\u11A8\u1100\u1161\u11A8", "lstrip": false, "rstrip": false, "single_word": false, "normalized": true, "special": false},
            {"id": 751, "content": "<l><r>", "lstrip": false, "rstrip": false, "single_word": false, "normalized": false, "special": true}
            """);
        var a = tokenizer.TokenId("a")!.Value;
        Assert.Equal([a, 747, a], tokenizer.Encode("a  <l>a", allowSpecial: true));
        Assert.Equal([a, 748, a], tokenizer.Encode("a<r> \n a", allowSpecial: true));
        Assert.Equal([748, 747], tokenizer.Encode("<r>  <l>", allowSpecial: true));
        Assert.Equal([751], tokenizer.Encode("<l><r>", allowSpecial: true));
        Assert.Contains(749, tokenizer.Encode("a 역!"));
        Assert.DoesNotContain(749, tokenizer.Encode("판교역"));
        Assert.DoesNotContain(749, tokenizer.Encode("역1"));
        Assert.Equal([a, 750, a], tokenizer.Encode("a각각a"));
        Assert.Equal([a, 750, a], tokenizer.Encode("a\u1100\u1161\u11A8각a"));
    }

    [Fact]
    public void FromJson_IgnoreMerges_TakesWholeWordsFirst()
    {
        var root = JsonNode.Parse(Json)!;
        root["model"]!["vocab"]!["zzz"] = 747;
        var without = Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
        Assert.Equal(3, without.Encode("zzz").Length);
        root["model"]!["ignore_merges"] = true;
        var with = Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
        Assert.Equal([747], with.Encode("zzz"));
        Assert.NotEqual([747], with.Encode(" zzz"));
    }

    [Fact]
    public void FromJson_ByteLevelAlone_UsesTheGpt2PatternAndPrefixSpace()
    {
        var root = JsonNode.Parse(Json)!;
        root["pre_tokenizer"] = JsonNode.Parse("""{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}""");
        root["normalizer"] = null;
        var tokenizer = Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
        Assert.Equal(" ab 12", tokenizer.Decode(tokenizer.Encode("ab 12")));
        Assert.Equal(tokenizer.Encode(" ab"), tokenizer.Encode("ab"));
        Assert.Equal(" e\u0301", tokenizer.Decode(tokenizer.Encode("e\u0301")));
    }

    [Fact]
    public void FromJson_SpecialTokenReachedByMerges_IsRefused()
    {
        var root = JsonNode.Parse(Json)!;
        root["model"]!["vocab"]!["<|"] = 747;
        root["model"]!["merges"]!.AsArray().Add(JsonNode.Parse("""["<", "|"]"""));
        root["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id": 747, "content": "<|", "special": true, "normalized": false}"""));
        Assert.Throws<InvalidDataException>(() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString())));
    }

    [Fact]
    public void Load_DirectoryWithoutTokenizer_SaysWhatIsMissing()
    {
        var error = Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(Goldens.At("hashes")));
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    private static Tokenizer WithAdded(string tokens)
    {
        var root = JsonNode.Parse(Json)!;
        foreach (var token in JsonNode.Parse($"[{tokens}]")!.AsArray())
            root["added_tokens"]!.AsArray().Add(token!.DeepClone());
        return Tokenizer.FromJson(Encoding.UTF8.GetBytes(root.ToJsonString()));
    }
}

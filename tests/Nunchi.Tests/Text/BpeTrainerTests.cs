using System.Text.Json;
using Nunchi.Text;
using Nunchi.Text.Files;

namespace Nunchi.Tests.Text;

public sealed class BpeTrainerTests
{
    private static readonly string[] Korean =
    [
        "지금 무슨 역이야? 이번 역은 판교역입니다. 판교역은 성남시 분당구에 있는 역으로 IT 기업이 많습니다.",
        "신사, 강남, 판교, 성남 가운데 현재 역은 판교입니다. 다음 역은 정자역입니다.",
        "영수증에는 김치찌개 8,000원, 된장찌개 7,500원, 합계 15,500원이라고 적혀 있습니다.",
        "노란 우산은 <bbox>0.125, 0.25, 0.5, 0.75</bbox> 자리에 있습니다. <|im_end|>",
        "What is written on the sign? The sign reads 'Pangyo Station, Exit 3'. The exit is on the left of the station.",
    ];

    [Fact]
    public void Train_WithAllSyllablesRequired_MakesEachOneToken()
    {
        var trained = Train(new BpeTrainerOptions { VocabularySize = 4000, RequiredTokens = Syllables() });
        foreach (var syllable in Syllables())
            Assert.Single(trained.Tokenizer.Encode(syllable));
        Assert.Equal(2350, trained.Tokenizer.Encode(KsX1001.Syllables).Length);
        Assert.True(trained.Tokenizer.VocabularySize <= 4000);
    }

    [Fact]
    public void Train_OnTexts_LearnsFrequentWordsAndRoundTrips()
    {
        var trained = Train(new BpeTrainerOptions { VocabularySize = 700 });
        var tokenizer = trained.Tokenizer;
        Assert.Single(tokenizer.Encode(" 역은"));
        Assert.True(tokenizer.Encode(Korean[0]).Length < System.Text.Encoding.UTF8.GetByteCount(Korean[0]) / 2);
        foreach (var text in (string[])[.. Korean, "뷁 쀍 漢字 😀 \u0000 \uFFFF e\u0301".Normalize(), "<bbox><|im_end|>"])
            Assert.Equal(Nunchi.Text.Normalization.NfcNormalizer.Normalize(text), tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Train_RequiredWords_AreOneTokenInAnyOrder()
    {
        string[] words = ["니다", "입니다", " 입니다", "습니다", "aaaa", "aaaaa", "ㅋㅋㅋ", "😀", " The"];
        foreach (var required in (string[][])[words, [.. words.Reverse()]])
        {
            var trained = Train(new BpeTrainerOptions { VocabularySize = 500, RequiredTokens = required });
            Assert.All(words, w => Assert.Single(trained.Tokenizer.Encode(w)));
        }
    }

    [Fact]
    public void Train_TokensLearned_AreWholeCharactersOrTheStartOfOne()
    {
        var tokenizer = Train(new BpeTrainerOptions { VocabularySize = 1200, MinimumFrequency = 1 }).Tokenizer;
        Assert.True(tokenizer.VocabularySize > 400);
        for (var id = 256; id < tokenizer.VocabularySize; id++)
        {
            var bytes = tokenizer.TokenBytes(id).Span;
            var broken = tokenizer.Decode([id]).Contains('\uFFFD');
            Assert.True(!broken || bytes[0] >= 0xC2 && bytes[1..].IndexOfAnyExceptInRange((byte)0x80, (byte)0xBF) < 0, tokenizer.TokenText(id));
        }
    }

    [Fact]
    public void Train_MaximumTokenSyllables_IsKept()
    {
        var options = new BpeTrainerOptions { VocabularySize = 1200, MinimumFrequency = 1, MaximumTokenSyllables = 1 };
        var tokenizer = Train(options).Tokenizer;
        var several = Enumerable.Range(0, tokenizer.VocabularySize).Where(id => tokenizer.Decode([id]).Count(c => c is >= '가' and <= '힣') > 1);
        Assert.Empty(several);
        Assert.Single(tokenizer.Encode(" 역"));
    }

    [Fact]
    public void Train_AllowToken_ForbidsWhatItRefuses()
    {
        var tokenizer = Train(new BpeTrainerOptions { VocabularySize = 1200, MinimumFrequency = 1, AllowToken = t => !t.Contains("판교", StringComparison.Ordinal) }).Tokenizer;
        Assert.DoesNotContain(Enumerable.Range(0, tokenizer.VocabularySize), id => tokenizer.Decode([id]).Contains("판교", StringComparison.Ordinal));
    }

    [Fact]
    public void Train_AddedTokens_AreMatchedWholeInUserText()
    {
        string[] added = [.. Enumerable.Range(0, 201).Select(i => (i / 200.0).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)), ", "];
        string[] special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<bbox>", "</bbox>"];
        var tokenizer = Train(new BpeTrainerOptions { VocabularySize = 900, SpecialTokens = special, AddedTokens = added }).Tokenizer;
        var ids = tokenizer.Encode("<bbox>0.125, 0.25, 0.5, 0.755</bbox>", allowSpecial: true);
        Assert.Equal(9, ids.Length);
        Assert.Equal(["<bbox>", "0.125", ", ", "0.25", ", ", "0.5", ", ", "0.755", "</bbox>"], ids.Select(tokenizer.TokenText));
        Assert.Single(tokenizer.Encode("0.5"));
        Assert.False(tokenizer.IsSpecial(tokenizer.Encode("0.5")[0]));
        var typed = tokenizer.Encode("<bbox>0.5</bbox>");
        Assert.DoesNotContain(typed, tokenizer.IsSpecial);
        Assert.Equal("<bbox>0.5</bbox>", tokenizer.Decode(typed));
    }

    [Fact]
    public void Train_SameWordsInAnotherOrder_GivesTheSameFiles()
    {
        var options = new BpeTrainerOptions { VocabularySize = 800, RequiredTokens = ["판교역"] };
        var first = Save(Train(options));
        var trainer = new BpeTrainer(options);
        foreach (var text in Korean.Reverse())
        {
            trainer.Add(text);
            trainer.Add(text, 2);
        }

        Assert.Equal(first, Save(trainer.Train()));
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSameTokenizer()
    {
        var directory = Directory.CreateTempSubdirectory("nunchi-text-");
        try
        {
            var trained = Train(new BpeTrainerOptions { VocabularySize = 600 });
            trained.Save(directory.FullName);
            Assert.Equal(["tokenizer.json", "tokenizer_config.json"], directory.GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal));
            var loaded = Tokenizer.Load(directory.FullName);
            Assert.Equal("<|im_end|>", loaded.EosToken);
            Assert.Equal("<|endoftext|>", loaded.PadToken);
            Assert.All(Korean, t => Assert.Equal(trained.Tokenizer.Encode(t, true), loaded.Encode(t, true)));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void TokenizerWriter_GivenTheGoldensContents_WritesTheGoldensBytes()
    {
        var golden = Goldens.Json("varco2-tiny", "tokenizer.json");
        var model = golden.GetProperty("model");
        var vocabulary = model.GetProperty("vocab").EnumerateObject().Select(p => p.Name).ToList();
        var merges = model.GetProperty("merges").EnumerateArray().Select(m => (m[0].GetString()!, m[1].GetString()!));
        var added = Goldens.Tokenizer("varco2-tiny").AddedTokens;
        Assert.Equal(File.ReadAllBytes(Goldens.At("varco2-tiny", "tokenizer.json")), TokenizerWriter.TokenizerJson(vocabulary, merges, added));
        var extra = added.Skip(3).Select(t => t.Content);
        Assert.Equal(File.ReadAllText(Goldens.At("varco2-tiny", "tokenizer_config.json")),
            System.Text.Encoding.UTF8.GetString(TokenizerWriter.ConfigJson("<|im_end|>", "<|endoftext|>", extra, "LlavaOnevisionProcessor")));
    }

    [Theory]
    [InlineData("가나 다")]
    [InlineData("12")]
    [InlineData("")]
    [InlineData("e\u0301")]
    public void Train_RequiredTokenThatIsNoPiece_IsRefused(string token)
    {
        var error = Assert.Throws<ArgumentException>(() => Train(new BpeTrainerOptions { VocabularySize = 600, RequiredTokens = [token] }));
        Assert.Contains("not one piece", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_NameTheOption()
    {
        Assert.Contains("VocabularySize", Assert.Throws<ArgumentException>(() => new BpeTrainer(new() { VocabularySize = 100 })).Message, StringComparison.Ordinal);
        Assert.Contains("EosToken", Assert.Throws<ArgumentException>(() => new BpeTrainer(new() { VocabularySize = 400, EosToken = "x" })).Message, StringComparison.Ordinal);
        Assert.Contains("distinct", Assert.Throws<ArgumentException>(() => new BpeTrainer(new() { VocabularySize = 400, AddedTokens = ["a", "a"] })).Message, StringComparison.Ordinal);
        Assert.Contains("byte alphabet", Assert.Throws<ArgumentException>(() => new BpeTrainer(new() { VocabularySize = 400, AddedTokens = ["é"] })).Message, StringComparison.Ordinal);
        Assert.Contains("full", Assert.Throws<ArgumentException>(() => Train(new() { VocabularySize = 1000, RequiredTokens = Syllables() })).Message, StringComparison.Ordinal);
    }

    private static string[] Syllables() => [.. KsX1001.Syllables.Select(c => c.ToString())];

    private static TrainedTokenizer Train(BpeTrainerOptions options)
    {
        var trainer = new BpeTrainer(options);
        foreach (var text in Korean)
            trainer.Add(text, 3);
        return trainer.Train();
    }

    private static (string, string) Save(TrainedTokenizer trained)
    {
        var directory = Directory.CreateTempSubdirectory("nunchi-text-");
        try
        {
            trained.Save(directory.FullName);
            return (File.ReadAllText(Path.Combine(directory.FullName, "tokenizer.json")), File.ReadAllText(Path.Combine(directory.FullName, "tokenizer_config.json")));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}

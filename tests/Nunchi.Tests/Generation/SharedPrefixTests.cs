using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Images;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using Nunchi.Tests.Models;
using static Nunchi.Tests.Generation.Conversing;

namespace Nunchi.Tests.Generation;

/// <summary>What one conversation took in, another one that begins alike finds; answers stay those of an engine that keeps nothing.</summary>
public class SharedPrefixTests
{
    private static readonly GenerationOptions Short = new() { MaxTokens = 8, TopLogprobs = 3 };

    [Theory]
    [InlineData(CacheFormat.Float32)]
    [InlineData(CacheFormat.Int8)]
    public async Task AskAsync_SecondConversationAboutThePicture_StartsAtOnce(CacheFormat cache)
    {
        EngineOptions options = Options with { Cache = cache };
        using ChatEngine first = Load(options), second = first.Share();
        await Ask(first, About("square", "무엇이 있어?"), Short);

        List<AnswerUpdate> updates = await Ask(second, About("square", "색은?"), Short);

        Usage usage = Last(updates).Usage;
        Assert.DoesNotContain(updates.OfType<PhaseProgress>(), progress => progress.Phase == AnswerPhase.Encode);
        Assert.InRange(usage.CachedTokens, usage.ImageTokens + 1, usage.PromptTokens - 1);
        Assert.Equal(usage.PromptTokens - usage.CachedTokens, updates.OfType<PhaseProgress>().Last().Total);
        await AssertAsAlone(options, About("square", "색은?"), updates);
    }

    [Theory]
    [InlineData(WeightFormat.Float32, null, "float32")]
    [InlineData(WeightFormat.BFloat16, null, "float32")]
    [InlineData(WeightFormat.Int8, null, "int8")]
    [InlineData(WeightFormat.Int4, null, "int8")]
    [InlineData(WeightFormat.Int4, CacheFormat.Float32, "float32")]
    [InlineData(WeightFormat.Float32, CacheFormat.Int8, "int8")]
    public void Load_CacheLeftOut_IsAsUsualBesideTheWeights(WeightFormat weights, CacheFormat? cache, string expected)
    {
        using ChatEngine engine = Load(Options with { Weights = weights, Cache = cache });

        Assert.StartsWith($"{expected}, ", engine.Info.KeyValueCache, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AskAsync_AfterTheFirstConversationHasGone_StillFindsItAndItsAnswer()
    {
        using ChatEngine model = Load(Options);
        Message[] question = About("small", "무엇이 있어?");
        string answer;
        using (ChatEngine first = model.Share())
            answer = Last(await Ask(first, question, Short with { MaxTokens = 40 })).RawText;
        Message[] next = [.. question, new Message(Role.Assistant, answer), new Message(Role.User, "더?")];

        using ChatEngine second = model.Share();
        List<AnswerUpdate> updates = await Ask(second, next, Short);

        Assert.True(Last(updates).Usage.CachedTokens > Last(updates).Usage.ImageTokens + 20, $"{Last(updates).Usage}");
        await AssertAsAlone(Options, next, updates);
    }

    [Fact]
    public async Task AskAsync_BackToAnEarlierConversation_FindsIt()
    {
        using ChatEngine engine = Load(Options);
        await Ask(engine, About("square", "무엇이 있어?"), Short);
        await Ask(engine, [new Message(Role.User, "안녕")], Short);

        List<AnswerUpdate> updates = await Ask(engine, About("square", "무엇이 있어?"), Short);

        Assert.Equal(Last(updates).Usage.PromptTokens - 1, Last(updates).Usage.CachedTokens);
        await AssertAsAlone(Options, About("square", "무엇이 있어?"), updates);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task AskAsync_OnlyPartOfAPictureIsKnown_TakesInTheRestOfItsFeatures(int blocks)
    {
        long bytesPerToken;
        using (var golden = new GoldenModel("varco2-tiny"))
            bytesPerToken = 2 * golden.Model.Config.Text.Layers * golden.Model.Config.Text.KeyHeads * golden.Model.Config.Text.HeadSize * sizeof(float);
        // The first picture has 88 tokens: two blocks of 32 end within it, four within the second.
        EngineOptions options = Options with { PrefixBytes = blocks * 32 * bytesPerToken, Tiling = TilingMode.AnyRes };
        using ChatEngine first = Load(options), second = first.Share();
        RgbImage small = GoldenModel.Picture("small"), square = GoldenModel.Picture("square");
        Message[] conversation = [new Message(Role.User, [new ImagePart(square), new TextPart("과"), new ImagePart(small), new TextPart("?")])];
        await Ask(first, conversation, Short);

        List<AnswerUpdate> updates = await Ask(second, conversation, Short);

        Assert.Equal(blocks * 32, Last(updates).Usage.CachedTokens);
        await AssertAsAlone(options, conversation, updates);
    }

    [Fact]
    public async Task AskAsync_OtherPictureInAnotherConversation_IsNotTakenForTheKnownOne()
    {
        RgbImage picture = GoldenModel.Picture("square"), other = new(picture.Width, picture.Height, [.. picture.Pixels.Select(value => (byte)(255 - value))]);
        using ChatEngine first = Load(Options), second = first.Share();
        await Ask(first, [new Message(Role.User, [new ImagePart(picture)])], Short);

        List<AnswerUpdate> updates = await Ask(second, [new Message(Role.User, [new ImagePart(other)])], Short);

        Assert.InRange(Last(updates).Usage.CachedTokens, 1, 40);
        await AssertAsAlone(Options, [new Message(Role.User, [new ImagePart(other)])], updates);
    }

    [Fact]
    public async Task AskAsync_TurnedOff_SharesNothing()
    {
        using ChatEngine first = Load(Options with { PrefixBytes = 0 }), second = first.Share();
        await Ask(first, About("square", "무엇이 있어?"), Short);

        Assert.Equal(0, Last(await Ask(second, About("square", "무엇이 있어?"), Short)).Usage.CachedTokens);
        Assert.Contains("0 or more", Assert.Throws<ArgumentOutOfRangeException>(() => new EngineOptions { PrefixBytes = -1 }).Message);
    }

    [Fact]
    public async Task AskAsync_ManyAtOnceWithLittleRoom_AnswerAsAlone()
    {
        EngineOptions options = Options with { PrefixBytes = 60_000, FeatureBytes = 1 };
        Message[][] conversations =
        [
            .. new[] { "무엇?", "색은?", "어디?" }.Select(question => About("square", question)),
            .. new[] { "무엇?", "색은?", "어디?" }.Select(question => About("small", question)),
        ];
        using ChatEngine model = Load(options);
        List<AnswerUpdate>[] together = await Task.WhenAll(conversations.Select(async conversation =>
        {
            using ChatEngine own = model.Share();
            await Ask(own, conversation, Short);
            await Ask(own, [new Message(Role.User, "안녕")], Short);
            return await Ask(own, conversation, Short);
        }));

        for (int i = 0; i < conversations.Length; i++)
            await AssertAsAlone(options, conversations[i], together[i]);
    }

    private static async Task AssertAsAlone(EngineOptions options, IReadOnlyList<Message> conversation, List<AnswerUpdate> updates)
    {
        using ChatEngine alone = Load(options with { PrefixBytes = 0, DraftTokens = 0 });
        Assert.Equal(Tokens(await Ask(alone, conversation, Short)), Tokens(updates));
    }
}

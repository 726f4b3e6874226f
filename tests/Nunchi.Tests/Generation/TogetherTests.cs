using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using static Nunchi.Tests.Generation.Conversing;

namespace Nunchi.Tests.Generation;

/// <summary>Conversations that run together, with everything that saves work, answer as each does alone with nothing of it.</summary>
public class TogetherTests
{
    public static TheoryData<WeightFormat, CacheFormat> Formats => new()
    {
        { WeightFormat.Float32, CacheFormat.Float32 },
        { WeightFormat.Int8, CacheFormat.Float32 },
        { WeightFormat.Int4, CacheFormat.Int8 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task AskAsync_ManyConversationsAtOnce_ChooseTheSameTokensWithTheSameBits(WeightFormat weights, CacheFormat cache)
    {
        EngineOptions options = Options with { Weights = weights, Cache = cache }, plain = options with { DraftTokens = 0, PrefixBytes = 0, RunsTogether = false };
        (Message[] Conversation, GenerationOptions Sampling)[] asked =
        [
            (About("square", "무엇이 있어?"), new() { MaxTokens = 30, TopLogprobs = 2 }),
            (About("square", "색은?"), new() { MaxTokens = 12, TopLogprobs = 2 }),
            (About("small", "여기는 어디야?"), new() { MaxTokens = 25, TopLogprobs = 2, Temperature = 0.8, Seed = 4 }),
            ([new Message(Role.User, "가 나 다 라 마, 가 나 다 라 마, 가 나 다")], new() { MaxTokens = 50, TopLogprobs = 2 }),
            ([new Message(Role.User, string.Concat(Enumerable.Repeat("긴 글을 읽어 줘. ", 30)))], new() { MaxTokens = 20, TopLogprobs = 2, RepetitionPenalty = 1.2 }),
            ([new Message(Role.User, "안녕")], new() { MaxTokens = 1, TopLogprobs = 2 }),
        ];
        using ChatEngine model = Load(options), reference = Load(plain);

        List<AnswerUpdate>[] together = await Task.WhenAll(asked.Select(async one =>
        {
            using ChatEngine own = model.Share();
            return await Ask(own, one.Conversation, one.Sampling);
        }));

        for (int i = 0; i < asked.Length; i++)
        {
            List<AnswerUpdate> alone = await Ask(reference, asked[i].Conversation, asked[i].Sampling);
            Assert.Equal(Tokens(alone), Tokens(together[i]));
            Assert.Equal((Last(alone).RawText, Last(alone).FinishReason), (Last(together[i]).RawText, Last(together[i]).FinishReason));
        }
    }

    [Fact]
    public async Task AskAsync_OneOfManyIsCancelled_TheOthersAnswerOn()
    {
        using ChatEngine model = Load(Options);
        var sampling = new GenerationOptions { MaxTokens = 40, TopLogprobs = 1 };
        using ChatEngine alone = Load(Options with { RunsTogether = false });
        List<(int, double)> expected = Tokens(await Ask(alone, About("small", "무엇?"), sampling));
        using var cancellation = new CancellationTokenSource();

        async Task<List<(int, double)>?> Run(int i)
        {
            using ChatEngine own = model.Share();
            if (i > 0)
                return Tokens(await Ask(own, About("small", "무엇?"), sampling));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (AnswerUpdate update in own.AskAsync(About("square", "길게"), new GenerationOptions { MaxTokens = 6000, Temperature = 1 }, cancellation.Token))
                {
                    if (update is TextDelta)
                        await cancellation.CancelAsync();
                }
            });
            return null;
        }

        List<(int, double)>?[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(Run));

        Assert.All(answers.Skip(1), answer => Assert.Equal(expected, answer));
    }
}

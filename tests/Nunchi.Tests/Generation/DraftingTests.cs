using Nunchi.Chat;
using Nunchi.Generation;
using Nunchi.Tensors.Operators;
using Nunchi.Tensors.Quantization;
using Nunchi.Tests.Models;
using static Nunchi.Tests.Generation.Conversing;

namespace Nunchi.Tests.Generation;

/// <summary>Drafting changes how many passes an answer takes, and nothing else.</summary>
public class DraftingTests
{
    public static TheoryData<WeightFormat, CacheFormat> Formats => new()
    {
        { WeightFormat.Float32, CacheFormat.Float32 },
        { WeightFormat.Float32, CacheFormat.Int8 },
        { WeightFormat.BFloat16, CacheFormat.Float32 },
        { WeightFormat.Int8, CacheFormat.Float32 },
        { WeightFormat.Int4, CacheFormat.Int8 },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task AskAsync_Drafted_ChoosesTheSameTokensWithTheSameBits(WeightFormat weights, CacheFormat cache)
    {
        int accepted = 0;
        foreach (GenerationOptions options in (GenerationOptions[])
            [
                new() { MaxTokens = 60, TopLogprobs = 3 },
                new() { MaxTokens = 60, TopLogprobs = 3, Temperature = 0.3, Seed = 5, TopP = 0.9 },
                new() { MaxTokens = 40, TopLogprobs = 3, RepetitionPenalty = 1.1, FrequencyPenalty = 0.05 },
            ])
        {
            using ChatEngine plain = Load(weights, cache, 0), drafted = Load(weights, cache, 7);
            foreach (IReadOnlyList<Message> conversation in Conversations())
            {
                List<AnswerUpdate> expected = await Ask(plain, conversation, options), actual = await Ask(drafted, conversation, options);

                Assert.Equal(Tokens(expected), Tokens(actual));
                Answer one = Last(expected), other = Last(actual);
                Assert.Equal((one.RawText, one.FinishReason, one.Usage.CompletionTokens), (other.RawText, other.FinishReason, other.Usage.CompletionTokens));
                Assert.Equal((0, 0), (one.Usage.DraftedTokens, one.Usage.AcceptedTokens));
                Assert.InRange(other.Usage.AcceptedTokens, 0, other.Usage.DraftedTokens);
                accepted += other.Usage.AcceptedTokens;
            }
        }
        Assert.True(accepted > 0, "nothing was drafted, so nothing was tested");
    }

    [Fact]
    public async Task AskAsync_DraftedThenAnotherTurn_GoesOnFromWhatWasChosen()
    {
        using ChatEngine plain = Load(WeightFormat.Float32, CacheFormat.Float32, 0), drafted = Load(WeightFormat.Float32, CacheFormat.Float32, 31);
        var options = new GenerationOptions { MaxTokens = 30, TopLogprobs = 2 };
        foreach (IReadOnlyList<Message> first in Conversations())
        {
            string answer = Last(await Ask(drafted, first, options)).RawText;
            Message[] second = [.. first, new Message(Role.Assistant, answer), new Message(Role.User, "더 말해 줘")];

            Assert.Equal(Tokens(await Ask(plain, second, options)), Tokens(await Ask(drafted, second, options)));
        }
    }

    [Fact]
    public void DraftTokens_OutOfRange_IsRefused()
    {
        Assert.Contains("0..31", Assert.Throws<ArgumentOutOfRangeException>(() => new EngineOptions { DraftTokens = 32 }).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EngineOptions { DraftTokens = -1 });
    }

    private static IEnumerable<IReadOnlyList<Message>> Conversations() =>
    [
        [new Message(Role.User, "<obj>산</obj> 가 나 다 라, 가 나 다 라, 가 나 다 라를 그대로 써 줘: 가 나 다 라")],
        [new Message(Role.User, [new ImagePart(GoldenModel.Picture("small")), new TextPart("무엇이 있어?")])],
    ];

    private static ChatEngine Load(WeightFormat weights, CacheFormat cache, int drafts) =>
        Conversing.Load(Options with { Weights = weights, Cache = cache, DraftTokens = drafts });
}

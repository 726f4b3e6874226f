using Nunchi.Chat;

namespace Nunchi.Tests.Chat;

public class GenerationOptionsTests
{
    public static TheoryData<string, Func<GenerationOptions>> Bad => new()
    {
        { "MaxTokens is 0", () => new GenerationOptions { MaxTokens = 0 } },
        { "Temperature is -0.1", () => new GenerationOptions { Temperature = -0.1 } },
        { "Temperature is NaN", () => new GenerationOptions { Temperature = double.NaN } },
        { "TopK is -1", () => new GenerationOptions { TopK = -1 } },
        { "TopP is 0", () => new GenerationOptions { TopP = 0 } },
        { "TopP is 1.01", () => new GenerationOptions { TopP = 1.01 } },
        { "MinP is 2", () => new GenerationOptions { MinP = 2 } },
        { "NoRepeatNGramSize is -1", () => new GenerationOptions { NoRepeatNGramSize = -1 } },
        { "AnswerNoRepeatNGramSize is -2", () => new GenerationOptions { AnswerNoRepeatNGramSize = -2 } },
        { "Beams is 0", () => new GenerationOptions { Beams = 0 } },
        { "Beams is 65", () => new GenerationOptions { Beams = 65 } },
        { "Looks is 0", () => new GenerationOptions { Looks = 0 } },
        { "Looks is 5", () => new GenerationOptions { Looks = 5 } },
        { "LengthPenalty is -1", () => new GenerationOptions { LengthPenalty = -1 } },
        { "RepetitionPenalty is 0", () => new GenerationOptions { RepetitionPenalty = 0 } },
        { "PresencePenalty is 3", () => new GenerationOptions { PresencePenalty = 3 } },
        { "FrequencyPenalty is -2.5", () => new GenerationOptions { FrequencyPenalty = -2.5 } },
        { "StopStrings holds an empty text", () => new GenerationOptions { StopStrings = ["a", ""] } },
        { "StopStrings holds 17 texts", () => new GenerationOptions { StopStrings = [.. Enumerable.Repeat("a", 17)] } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Construct_ValueOutOfRange_SaysNameAndValue(string message, Func<GenerationOptions> make) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);

    [Fact]
    public void Default_IsGreedyAndKeepsAllTokens()
    {
        GenerationOptions options = GenerationOptions.Default;

        Assert.Equal((0.0, 0, 1.0, 0.0, (double?)null, (int?)null), (options.Temperature, options.TopK, options.TopP, options.MinP, options.RepetitionPenalty, options.NoRepeatNGramSize));
    }
}

namespace Nunchi.Chat;

/// <summary>How an answer is sampled and when it ends. Every value is checked when it is set; nothing is clamped.</summary>
public sealed record GenerationOptions
{
    /// <summary>The largest <see cref="Beams"/>.</summary>
    public const int MostBeams = 64;

    /// <summary>The largest <see cref="Looks"/>.</summary>
    public const int MostLooks = 4;

    /// <summary>The options of a deterministic answer: greedy, 512 tokens at most.</summary>
    public static GenerationOptions Default { get; } = new();

    /// <summary>The most tokens to produce, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxTokens { get; init => field = AtLeast(nameof(MaxTokens), value, 1); } = 512;

    /// <summary>Tokens to produce before the model may end the answer, 0 or more; stop strings end it all the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int MinTokens { get; init => field = AtLeast(nameof(MinTokens), value, 0); }

    /// <summary>Ids that end the answer beside those of the checkpoint; up to 64.</summary>
    /// <exception cref="ArgumentException">There are more than 64, or one is negative.</exception>
    public IReadOnlyList<int> StopTokenIds
    {
        get;
        init => field = value.Count <= 64 && value.All(id => id >= 0)
            ? value
            : throw new ArgumentException($"{nameof(StopTokenIds)} holds {value.Count} ids; up to 64 are allowed, none of them negative.", nameof(StopTokenIds));
    } = [];

    /// <summary>With each token, its log-probability and those of so many most likely ones, 0..20; null tells none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 0..20.</exception>
    public int? TopLogprobs { get; init => field = Within(nameof(TopLogprobs), value, 0, 20); }

    /// <summary>Divides the logits before sampling, 0..100; 0 takes the most likely token each time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 0..100.</exception>
    public double Temperature { get; init => field = Within(nameof(Temperature), value, 0, 100); }

    /// <summary>Only the so many most likely tokens stay; 0 keeps all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int TopK { get; init => field = AtLeast(nameof(TopK), value, 0); }

    /// <summary>The smallest set of most likely tokens whose probabilities reach this sum stays, above 0 up to 1; 1 keeps all (nucleus sampling).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0 and at most 1.</exception>
    public double TopP
    {
        get;
        init => field = value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(TopP), value, $"{nameof(TopP)} is {value}; it must be above 0 and at most 1.");
    } = 1;

    /// <summary>Tokens less likely than this share of the most likely one are dropped, 0..1; 0 keeps all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 0..1.</exception>
    public double MinP { get; init => field = Within(nameof(MinP), value, 0, 1); }

    /// <summary>Logits of tokens already in the conversation are divided by this when positive and multiplied when negative, 0.1..10; 1 changes nothing (CTRL, Keskar et al. 2019); null takes what the checkpoint's generation_config.json says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 0.1..10.</exception>
    public double? RepetitionPenalty { get; init => field = value is { } penalty ? Within(nameof(RepetitionPenalty), penalty, 0.1, 10) : null; }

    /// <summary>No so many tokens in a row come twice in the conversation, so that an answer cannot go round and round; 0 allows everything, null takes what the checkpoint's generation_config.json says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int? NoRepeatNGramSize { get; init => field = value is { } size ? AtLeast(nameof(NoRepeatNGramSize), size, 0) : null; }

    /// <summary>No so many tokens in a row come twice in the answer, whatever was said before it: what the conversation holds may be said again. 0 allows everything, null takes what the checkpoint's generation_config.json says (a key of Nunchi's own).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int? AnswerNoRepeatNGramSize { get; init => field = value is { } size ? AtLeast(nameof(AnswerNoRepeatNGramSize), size, 0) : null; }

    /// <summary>
    /// Beginnings of an answer that go on beside each other, 1..64: the likeliest answer is looked for, where 1 makes it token by token (beam search). At a temperature above 0 it is not
    /// searched for. Null takes what the checkpoint's generation_config.json says. Numbers of boxes do not count (docs/decisions/0413).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 1..64.</exception>
    public int? Beams { get; init => field = Within(nameof(Beams), value, 1, MostBeams); }

    /// <summary>How a search compares answers of different lengths, 0..10: the sum of log-probabilities is divided by the length to this power, so 0 favours short answers and 1 compares means. Null takes what the checkpoint says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 0..10.</exception>
    public double? LengthPenalty { get; init => field = value is { } penalty ? Within(nameof(LengthPenalty), penalty, 0, 10) : null; }

    /// <summary>
    /// How often each picture is looked at, 1..4, each time stretched a little another way: the answer is what the looks agree on, for as many times the work and memory. Null takes what the
    /// checkpoint's generation_config.json says (a key of Nunchi's own). Texts without pictures are read once.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 1..4.</exception>
    public int? Looks { get; init => field = Within(nameof(Looks), value, 1, MostLooks); }

    /// <summary>Subtracted from the logit of each token that the answer already holds, -2..2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in -2..2.</exception>
    public double PresencePenalty { get; init => field = Within(nameof(PresencePenalty), value, -2, 2); }

    /// <summary>Subtracted from a token's logit once for each time that the answer already holds it, -2..2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in -2..2.</exception>
    public double FrequencyPenalty { get; init => field = Within(nameof(FrequencyPenalty), value, -2, 2); }

    /// <summary>The seed of the sampler; the same seed gives the same answer. It is not read at temperature 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>The answer ends before the first of these texts that it would contain; up to 16, none of them empty.</summary>
    /// <exception cref="ArgumentException">There are more than 16, or one is empty.</exception>
    public IReadOnlyList<string> StopStrings
    {
        get;
        init
        {
            if (value.Count > 16)
                throw new ArgumentException($"{nameof(StopStrings)} holds {value.Count} texts; at most 16 are allowed.", nameof(StopStrings));
            if (value.Any(string.IsNullOrEmpty))
                throw new ArgumentException($"{nameof(StopStrings)} holds an empty text; every one must have a character.", nameof(StopStrings));
            field = value;
        }
    } = [];

    private static int AtLeast(string name, int value, int low) =>
        value >= low ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be {low} or more.");

    private static int? Within(string name, int? value, int low, int high) =>
        value is null || (value >= low && value <= high) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be in {low}..{high}.");

    private static double Within(string name, double value, double low, double high) =>
        value >= low && value <= high ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be in {low}..{high}.");
}

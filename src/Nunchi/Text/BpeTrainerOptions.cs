namespace Nunchi.Text;

/// <summary>What a <see cref="BpeTrainer"/> is to make.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>How many ids the tokenizer has in all: 256 bytes, merged tokens, special and added tokens. Fewer come out when the texts have too few repeated pairs.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>
    /// Texts that are to be one token each, whatever the corpus says; they take the first ranks in this order.
    /// Each must be one piece of the Qwen pattern (letters with at most one leading blank or sign, one digit, ...).
    /// </summary>
    public IReadOnlyList<string> RequiredTokens { get; init; } = [];

    /// <summary>Control tokens; they get ids after the merged tokens, in this order.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>Ordinary texts that are matched whole before anything else (such as <c>0.25</c>); their ids come last, in this order.</summary>
    public IReadOnlyList<string> AddedTokens { get; init; } = [];

    /// <summary>The special token that ends an answer.</summary>
    public string EosToken { get; init; } = "<|im_end|>";

    /// <summary>The special token that pads.</summary>
    public string PadToken { get; init; } = "<|endoftext|>";

    /// <summary>How often a pair must occur to be merged; at least 1.</summary>
    public int MinimumFrequency { get; init; } = 2;

    /// <summary>The most Hangul syllables that a learned token may hold; required tokens are exempt.</summary>
    public int MaximumTokenSyllables { get; init; } = int.MaxValue;

    /// <summary>The most code points that a learned token may hold; required tokens are exempt.</summary>
    public int MaximumTokenCharacters { get; init; } = 32;

    /// <summary>Asked before a token of whole characters is learned; returning false forbids it. Required tokens are exempt.</summary>
    public Predicate<string>? AllowToken { get; init; }

    /// <summary>The processor that <c>tokenizer_config.json</c> names.</summary>
    public string ProcessorClass { get; init; } = "LlavaOnevisionProcessor";

    internal void Check()
    {
        var fixedTokens = 256 + SpecialTokens.Count + AddedTokens.Count;
        if (VocabularySize < fixedTokens || VocabularySize > 1 << 22)
            throw Bad(nameof(VocabularySize), VocabularySize, $"{fixedTokens} (bytes, special and added tokens) to {1 << 22}");
        if (MinimumFrequency < 1)
            throw Bad(nameof(MinimumFrequency), MinimumFrequency, "1 or more");
        if (MaximumTokenSyllables < 0)
            throw Bad(nameof(MaximumTokenSyllables), MaximumTokenSyllables, "0 or more");
        if (MaximumTokenCharacters < 1)
            throw Bad(nameof(MaximumTokenCharacters), MaximumTokenCharacters, "1 or more");
        var seen = new HashSet<string>();
        foreach (var token in SpecialTokens.Concat(AddedTokens))
        {
            if (token.Length == 0 || !seen.Add(token))
                throw new ArgumentException($"special and added tokens must be distinct and not empty; \"{token}\" is not");
            if (!System.Text.Ascii.IsValid(token) && token.All(c => c < 0x144))
                throw new ArgumentException($"added token \"{token}\" is spelt wholly in the byte alphabet, so that other readers would decode it as bytes; make it a required token instead");
        }

        foreach (var (name, token) in ((string, string)[])[(nameof(EosToken), EosToken), (nameof(PadToken), PadToken)])
        {
            if (!SpecialTokens.Contains(token))
                throw Bad(name, token, "one of the special tokens");
        }
    }

    private static ArgumentException Bad(string name, object value, string allowed) => new($"{name} is {value}; allowed: {allowed}");
}

using Nunchi.Chat;
using Nunchi.Text;

namespace Nunchi.Models;

/// <summary>What <c>generation_config.json</c> says: the tokens that end an answer, and penalties that hold where nobody asks for others, as in transformers. Searches other than one token after the other are refused.</summary>
public sealed record GenerationConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "generation_config.json";

    internal const string AnswerNoRepeatKey = "answer_no_repeat_ngram_size";

    /// <summary>Tokens that end an answer; empty when the checkpoint names none.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>First token of a text, where the family has one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Filler token.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>See <see cref="GenerationOptions.RepetitionPenalty"/>.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>See <see cref="GenerationOptions.NoRepeatNGramSize"/>.</summary>
    public int NoRepeatNGramSize { get; init; }

    /// <summary>See <see cref="GenerationOptions.AnswerNoRepeatNGramSize"/>; transformers does not know it and reads past it.</summary>
    public int AnswerNoRepeatNGramSize { get; init; }

    /// <summary>Fills in what nobody asked for.</summary>
    public GenerationOptions Complete(GenerationOptions options) => options with
    {
        RepetitionPenalty = options.RepetitionPenalty ?? RepetitionPenalty,
        NoRepeatNGramSize = options.NoRepeatNGramSize ?? NoRepeatNGramSize,
        AnswerNoRepeatNGramSize = options.AnswerNoRepeatNGramSize ?? AnswerNoRepeatNGramSize,
    };

    /// <summary>The tokens that end an answer: those of the checkpoint and the one that ends a turn of its template.</summary>
    /// <param name="prompts">Template and tokenizer of the same checkpoint.</param>
    internal HashSet<int> EndTokens(PromptBuilder prompts) =>
        prompts.EndOfTurn is { } end && prompts.Tokenizer.TokenId(end) is { } id ? [.. EosTokenIds, id] : [.. EosTokenIds];

    /// <summary>Reads the file; what it leaves out, or all when it is not there, comes from the decoder's configuration.</summary>
    /// <param name="directory">A checkpoint directory.</param>
    /// <param name="text">The decoder's configuration.</param>
    /// <exception cref="InvalidDataException">A value is wrong; the message names file and key.</exception>
    public static GenerationConfig Load(string directory, TextDecoderConfig text)
    {
        string file = Path.Combine(directory, FileName);
        if (!File.Exists(file))
            return new GenerationConfig { EosTokenIds = text.EosTokenIds, BosTokenId = text.BosTokenId, PadTokenId = text.PadTokenId };
        ConfigSection section = ConfigSection.Load(file);
        if (section.Integer("num_beams", 1, 1, 1 << 20) != 1)
            throw section.Wrong("num_beams", "1: beam search is not supported; with 1 in its place answers are made token by token");
        foreach (string search in (ReadOnlySpan<string>)["penalty_alpha", "dola_layers", "constraints", "force_words_ids"])
        {
            if (section.Kind(search) != System.Text.Json.JsonValueKind.Undefined)
                throw section.Wrong(search, "nothing: this way of searching is not supported");
        }
        IReadOnlyList<int> ends = section.IntegerOrList("eos_token_id", 0, text.VocabularySize - 1);
        return new GenerationConfig
        {
            EosTokenIds = ends.Count > 0 ? ends : text.EosTokenIds,
            BosTokenId = section.OptionalInteger("bos_token_id", 0, int.MaxValue) ?? text.BosTokenId,
            PadTokenId = section.OptionalInteger("pad_token_id", -1, int.MaxValue) ?? text.PadTokenId,
            RepetitionPenalty = section.Number("repetition_penalty", 1, 0.1, 10),
            NoRepeatNGramSize = (int)section.Integer("no_repeat_ngram_size", 0, 0, 1 << 20),
            AnswerNoRepeatNGramSize = (int)section.Integer(AnswerNoRepeatKey, 0, 0, 1 << 20),
        };
    }
}

using System.Globalization;
using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Text;

namespace Nunchi.Models;

/// <summary>What <c>generation_config.json</c> says: the tokens that end an answer, and penalties and a search that hold where nobody asks for others, as in transformers. Searches other than with beams are refused.</summary>
public sealed record GenerationConfig
{
    /// <summary>The file's name.</summary>
    public const string FileName = "generation_config.json";

    internal const string AnswerNoRepeatKey = "answer_no_repeat_ngram_size", LooksKey = "picture_looks";

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

    /// <summary>See <see cref="GenerationOptions.Beams"/>.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>See <see cref="GenerationOptions.LengthPenalty"/>.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>See <see cref="GenerationOptions.Looks"/>; transformers does not know it and reads past it.</summary>
    public int Looks { get; init; } = 1;

    /// <summary>How answers are made, for people; empty when token by token without penalties.</summary>
    public string Description => string.Join(", ", ((string?[])
    [
        Beams > 1 ? string.Create(CultureInfo.InvariantCulture, $"searched with {Beams} beams, length penalty {LengthPenalty}") : null,
        Looks > 1 ? $"{Looks} looks at each picture" : null,
        RepetitionPenalty != 1 ? string.Create(CultureInfo.InvariantCulture, $"repetition penalty {RepetitionPenalty}") : null,
        NoRepeatNGramSize > 0 ? $"no row of {NoRepeatNGramSize} tokens twice in a conversation" : null,
        AnswerNoRepeatNGramSize > 0 ? $"no row of {AnswerNoRepeatNGramSize} tokens twice in an answer" : null,
    ]).OfType<string>());

    /// <summary>Fills in what nobody asked for.</summary>
    public GenerationOptions Complete(GenerationOptions options) => options with
    {
        RepetitionPenalty = options.RepetitionPenalty ?? RepetitionPenalty,
        NoRepeatNGramSize = options.NoRepeatNGramSize ?? NoRepeatNGramSize,
        AnswerNoRepeatNGramSize = options.AnswerNoRepeatNGramSize ?? AnswerNoRepeatNGramSize,
        Beams = options.Temperature > 0 ? 1 : options.Beams ?? Beams,
        LengthPenalty = options.LengthPenalty ?? LengthPenalty,
        Looks = options.Looks ?? Looks,
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
        int beams = section.Integer("num_beams", 1, 1, GenerationOptions.MostBeams);
        if (beams > 1 && section.Kind("early_stopping") is not (JsonValueKind.Undefined or JsonValueKind.False))
            throw section.Wrong("early_stopping", "false: a search ends when what goes on can no longer become likelier than what it has found");
        if (beams > 1 && section.Integer("num_beam_groups", 1, 1, int.MaxValue) != 1)
            throw section.Wrong("num_beam_groups", "1: groups of beams are not supported");
        foreach (string search in (ReadOnlySpan<string>)["penalty_alpha", "dola_layers", "constraints", "force_words_ids"])
        {
            if (section.Kind(search) != JsonValueKind.Undefined)
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
            Beams = beams,
            Looks = section.Integer(LooksKey, 1, 1, GenerationOptions.MostLooks),
            LengthPenalty = beams == 1 ? 1 : section.Number("length_penalty", 1, 0, 10),
        };
    }
}

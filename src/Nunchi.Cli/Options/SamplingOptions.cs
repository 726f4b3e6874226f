using System.CommandLine;
using Nunchi.Chat;

namespace Nunchi.Cli;

/// <summary>How answers are sampled.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<ulong?> seed = NumberOption.Create<ulong>("--seed", "Seed of the sampler; the same seed gives the same answer (default 0).");
    private readonly Option<double?> temperature = NumberOption.Create<double>("--temperature", "0 takes the most likely token each time (default); higher is more varied.", 0, 100);
    private readonly Option<int?> topK = NumberOption.Create<int>("--top-k", "Only the K most likely tokens; 0 is all (default).", 0);
    private readonly Option<double?> topP = NumberOption.Create<double>("--top-p", "Only the most likely tokens whose probabilities reach P (default 1, all).", 0, 1);
    private readonly Option<double?> minP = NumberOption.Create<double>("--min-p", "Only tokens at least this share as likely as the most likely one (default 0, all).", 0, 1);
    private readonly Option<double?> repetition = NumberOption.Create<double>("--repetition-penalty", "Makes tokens that were there before less likely (default: as the checkpoint says, else 1, not at all).", 0.1, 10);
    private readonly Option<int?> noRepeat = NumberOption.Create<int>("--no-repeat-ngram", "No N tokens in a row come twice, so that answers do not go round (default: as the checkpoint says, else 0, they may).", 0);
    private readonly Option<int?> noRepeatInAnswer = NumberOption.Create<int>("--no-repeat-in-answer", "The same within the answer alone: what was said before may be said again.", 0);
    private readonly Option<int?> beams = NumberOption.Create<int>("--beams", "Looks for the likeliest answer with N beginnings beside each other; 1 makes it token by token (default: as the checkpoint says, else 1).", 1, GenerationOptions.MostBeams);
    private readonly Option<double?> lengthPenalty = NumberOption.Create<double>("--length-penalty", "How --beams compares lengths: 0 favours short answers, 1 compares means (default: as the checkpoint says, else 1).", 0, 10);
    private readonly Option<int?> looks = NumberOption.Create<int>("--looks", "Looks at each picture N times, each time stretched a little another way, and answers with what the looks agree on, for N times the work (default: as the checkpoint says, else 1).", 1, GenerationOptions.MostLooks);
    private readonly Option<int?> maxTokens = NumberOption.Create<int>("--max-tokens", "The most tokens of an answer (default 512).", 1);

    private readonly Option<double?> presence = NumberOption.Create<double>("--presence-penalty", "Makes tokens that the answer already holds less likely, once (default 0).", -2, 2);
    private readonly Option<double?> frequency = NumberOption.Create<double>("--frequency-penalty", "Makes tokens that the answer already holds less likely, once for each time (default 0).", -2, 2);
    private readonly Option<int?> minTokens = NumberOption.Create<int>("--min-tokens", "Tokens before the model may end the answer (default 0).", 0);
    private readonly Option<int?> logprobs = NumberOption.Create<int>("--logprobs", "With --json: every token's log-probability and those of the N most likely ones.", 0, 20);

    private readonly Option<string[]> stop = new("--stop")
    {
        Description = "The answer ends before this text; may be given up to 16 times.",
        HelpName = "TEXT",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[seed, temperature, topK, topP, minP, repetition, noRepeat, noRepeatInAnswer, beams, lengthPenalty, looks, presence, frequency, minTokens, maxTokens, stop, logprobs])
            command.Options.Add(option);
    }

    /// <exception cref="UsageException">A value is out of range.</exception>
    public GenerationOptions Read(Shell shell, ParseResult parsed)
    {
        GenerationOptions defaults = GenerationOptions.Default;
        double heat = parsed.GetValue(temperature) ?? defaults.Temperature;
        if (parsed.GetValue(topP) is 0)
            throw new UsageException("--top-p is 0; a number above 0 and at most 1 is expected.");
        foreach (Option option in (Option[])[topK, topP, minP])
        {
            if (heat == 0 && parsed.GetResult(option) is { Implicit: false })
                shell.Note($"{option.Name} has no effect at temperature 0; add --temperature.");
        }
        foreach (Option option in (Option[])[beams, lengthPenalty])
        {
            if (heat > 0 && parsed.GetResult(option) is { Implicit: false })
                shell.Note($"{option.Name} has no effect with --temperature: the likeliest answer is not looked for where chance chooses.");
        }
        string[] stops = parsed.GetValue(stop) ?? [];
        if (stops.Length > 16 || stops.Contains(""))
            throw new UsageException($"--stop is given {stops.Length} times{(stops.Contains("") ? ", once with an empty text" : "")}; up to 16 texts are taken, none of them empty.");
        return new GenerationOptions
        {
            Seed = parsed.GetValue(seed) ?? defaults.Seed,
            Temperature = heat,
            TopK = parsed.GetValue(topK) ?? defaults.TopK,
            TopP = parsed.GetValue(topP) ?? defaults.TopP,
            MinP = parsed.GetValue(minP) ?? defaults.MinP,
            RepetitionPenalty = parsed.GetValue(repetition),
            NoRepeatNGramSize = parsed.GetValue(noRepeat),
            AnswerNoRepeatNGramSize = parsed.GetValue(noRepeatInAnswer),
            Beams = parsed.GetValue(beams),
            LengthPenalty = parsed.GetValue(lengthPenalty),
            Looks = parsed.GetValue(looks),
            PresencePenalty = parsed.GetValue(presence) ?? defaults.PresencePenalty,
            FrequencyPenalty = parsed.GetValue(frequency) ?? defaults.FrequencyPenalty,
            MinTokens = parsed.GetValue(minTokens) ?? defaults.MinTokens,
            StopStrings = stops,
            TopLogprobs = parsed.GetValue(logprobs),
            MaxTokens = parsed.GetValue(maxTokens) ?? defaults.MaxTokens,
        };
    }
}

using Microsoft.Extensions.AI;

namespace Nunchi.Chat.Client;

/// <summary>Turns options of Microsoft.Extensions.AI into generation options; what the model does not do is refused, not ignored.</summary>
internal static class OptionsReader
{
    public static GenerationOptions Read(ChatOptions? options, string model)
    {
        GenerationOptions defaults = GenerationOptions.Default;
        if (options is null)
            return defaults;
        if (options.ModelId is string named && named != model)
            throw new ArgumentException($"The options name the model '{named}'; this client has '{model}'.", nameof(options));
        if (options.Tools is { Count: > 0 })
            throw new NotSupportedException("The options hold tools; this model does not call tools.");
        if (options.ResponseFormat is ChatResponseFormatJson)
            throw new NotSupportedException("The options ask for JSON; this model answers in text.");
        if (options.ConversationId is not null)
            throw new NotSupportedException("The options name a stored conversation; send all messages each time.");
        return new GenerationOptions
        {
            MaxTokens = options.MaxOutputTokens ?? defaults.MaxTokens,
            Temperature = options.Temperature ?? defaults.Temperature,
            TopK = options.TopK ?? defaults.TopK,
            TopP = options.TopP ?? defaults.TopP,
            PresencePenalty = options.PresencePenalty ?? defaults.PresencePenalty,
            FrequencyPenalty = options.FrequencyPenalty ?? defaults.FrequencyPenalty,
            Seed = options.Seed is long seed ? unchecked((ulong)seed) : defaults.Seed,
            StopStrings = options.StopSequences is null ? defaults.StopStrings : [.. options.StopSequences],
        };
    }
}

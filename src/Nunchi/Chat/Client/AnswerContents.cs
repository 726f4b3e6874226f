using Microsoft.Extensions.AI;

namespace Nunchi.Chat.Client;

/// <summary>Turns parts of an answer into the types of Microsoft.Extensions.AI.</summary>
internal static class AnswerContents
{
    /// <summary>The property of a text content that keeps the answer with its tags.</summary>
    public const string RawText = "nunchi.raw_text";

    public static TextContent Text(Answer answer, string text) => new(text)
    {
        Annotations = answer.Spans.Count == 0 ? null : [.. answer.Spans.Select(span => new GroundingAnnotation(span))],
        AdditionalProperties = new AdditionalPropertiesDictionary { [RawText] = answer.RawText },
        RawRepresentation = answer,
    };

    public static ChatFinishReason Reason(FinishReason reason) => reason == FinishReason.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length;

    public static UsageDetails Usage(Usage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.PromptTokens + usage.CompletionTokens,
        AdditionalCounts = new AdditionalPropertiesDictionary<long>
        {
            ["image_tokens"] = usage.ImageTokens,
            ["cached_tokens"] = usage.CachedTokens,
            ["drafted_tokens"] = usage.DraftedTokens,
            ["accepted_tokens"] = usage.AcceptedTokens,
        },
    };
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Nunchi.Chat;
using Nunchi.Grounding;
using Nunchi.Images;

namespace Nunchi.Cli.Answers;

/// <summary>An answer, schema nunchi.answer/1.</summary>
internal sealed record AnswerDocument(
    string Model,
    string Text,
    IReadOnlyList<SpanDocument> Spans,
    UsageDocument Usage,
    TimingsDocument Timings,
    string FinishReason,
    IReadOnlyList<OddityDocument>? Oddities,
    IReadOnlyList<ChosenDocument>? Logprobs)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.answer/1";

    /// <param name="answer">The answer.</param>
    /// <param name="info">The model that gave it.</param>
    /// <param name="picture">The picture that boxes refer to; without one, boxes carry no pixels.</param>
    /// <param name="chosen">The tokens, when their log-probabilities were asked for.</param>
    public static AnswerDocument Of(Answer answer, ModelInfo info, RgbImage? picture, IReadOnlyList<TokenChosen>? chosen = null) => new(
        info.Name,
        answer.Text,
        [.. answer.Spans.Select(span => SpanDocument.Of(span, picture))],
        UsageDocument.Of(answer.Usage),
        TimingsDocument.Of(answer.Timings, info.LoadTime),
        answer.FinishReason switch { Chat.FinishReason.Stop => "stop", _ => "length" },
        answer.Oddities.Count == 0 ? null : [.. answer.Oddities.Select(OddityDocument.Of)],
        chosen is null ? null : [.. chosen.Select(ChosenDocument.Of)]);
}

/// <summary>What the model wrote against the format of its tags, and where in the text: the kind in snake case, a UTF-16 position, what stood there.</summary>
internal sealed record OddityDocument(string Kind, int Position, string Found)
{
    public static OddityDocument Of(GroundingOddity oddity) => new(JsonNamingPolicy.SnakeCaseLower.ConvertName(oddity.Kind.ToString()), oddity.Position, oddity.Found);
}

/// <summary>A token with its log-probability and the most likely ones in its place.</summary>
internal sealed record ChosenDocument(int Id, string Token, double Logprob, IReadOnlyList<TokenDocument> Top)
{
    public static ChosenDocument Of(TokenChosen chosen)
    {
        TokenDocument token = TokenDocument.Of(chosen.Token);
        return new ChosenDocument(token.Id, token.Token, token.Logprob, [.. chosen.Top.Select(TokenDocument.Of)]);
    }
}

/// <summary>A token: its id, its text (bytes that are no whole character as U+FFFD), its log-probability.</summary>
internal sealed record TokenDocument(int Id, string Token, double Logprob)
{
    public static TokenDocument Of(TokenLogprob token) => new(token.Id, Encoding.UTF8.GetString(token.Bytes.Span), Math.Round(token.Logprob, 6));
}

/// <summary>A phrase with its boxes; start and end are UTF-16 units of the text.</summary>
internal sealed record SpanDocument(string Phrase, string Kind, int Start, int End, IReadOnlyList<BoxDocument> Boxes)
{
    public static SpanDocument Of(GroundedSpan span, RgbImage? picture) => new(
        span.Phrase, span.Kind == SpanKind.Text ? "text" : "object", span.Start, span.End, [.. span.Boxes.Select(box => BoxDocument.Of(box, picture))]);
}

/// <summary>A box in fractions of the picture, and in its pixels.</summary>
internal sealed record BoxDocument(double X1, double Y1, double X2, double Y2, PixelsDocument? Pixels)
{
    public static BoxDocument Of(BoundingBox box, RgbImage? picture) =>
        new(box.X1, box.Y1, box.X2, box.Y2, picture is null ? null : PixelsDocument.Of(box, picture));
}

/// <summary>A box in whole pixels of the picture.</summary>
internal sealed record PixelsDocument(int X1, int Y1, int X2, int Y2)
{
    public static PixelsDocument Of(BoundingBox box, RgbImage picture) => new(
        Scale(box.X1, picture.Width), Scale(box.Y1, picture.Height), Scale(box.X2, picture.Width), Scale(box.Y2, picture.Height));

    private static int Scale(double share, int size) => (int)Math.Round(share * size, MidpointRounding.AwayFromZero);
}

internal sealed record UsageDocument(int PromptTokens, int ImageTokens, int CompletionTokens, int CachedTokens, int DraftedTokens, int AcceptedTokens)
{
    public static UsageDocument Of(Usage usage) =>
        new(usage.PromptTokens, usage.ImageTokens, usage.CompletionTokens, usage.CachedTokens, usage.DraftedTokens, usage.AcceptedTokens);
}

/// <summary>Durations in milliseconds.</summary>
internal sealed record TimingsDocument(double LoadMs, double EncodeMs, double PrefillMs, double FirstTokenMs, double DecodeMs, double TotalMs)
{
    public static TimingsDocument Of(Timings timings, TimeSpan load) => new(
        Round(load), Round(timings.Encode), Round(timings.Prefill), Round(timings.FirstToken), Round(timings.Decode), Round(timings.Total));

    private static double Round(TimeSpan time) => Math.Round(time.TotalMilliseconds, 2);
}

/// <summary>A failure, schema nunchi.error/1.</summary>
internal sealed record ErrorDocument(ErrorBody Error)
{
    [JsonPropertyOrder(-1)]
    public string Schema => "nunchi.error/1";
}

internal sealed record ErrorBody(string Code, string Message, int ExitCode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AnswerDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ModelDocument))]
[JsonSerializable(typeof(TrainingDocument))]
[JsonSerializable(typeof(CaseDocument))]
[JsonSerializable(typeof(MeasureDocument))]
[JsonSerializable(typeof(DifferenceDocument))]
[JsonSerializable(typeof(DrawnDocument))]
[JsonSerializable(typeof(MachineDocument))]
[JsonSerializable(typeof(MeasurementDocument))]
[JsonSerializable(typeof(SoakDocument))]
[JsonSerializable(typeof(QuantizedDocument))]
[JsonSerializable(typeof(PulledDocument))]
[JsonSerializable(typeof(ModelsDocument))]
[JsonSerializable(typeof(RemovedDocument))]
[JsonSerializable(typeof(ExportedDocument))]
[JsonSerializable(typeof(ConvertedDocument))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(MadeCheckpointDocument))]
[JsonSerializable(typeof(Conversation.ConversationDocument))]
internal sealed partial class DocumentContext : JsonSerializerContext;

/// <summary>Writes the documents: one line each, Hangul as it is.</summary>
internal static class JsonDocuments
{
    private static readonly DocumentContext Context = new(new JsonSerializerOptions(DocumentContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write<T>(T document) => JsonSerializer.Serialize(document, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!);
}

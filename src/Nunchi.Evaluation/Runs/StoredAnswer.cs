using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Nunchi.Chat;
using Nunchi.Evaluation.Judging;
using Nunchi.Evaluation.Suites;
using Nunchi.Grounding;

namespace Nunchi.Evaluation.Runs;

/// <summary>An answer as it is kept: to which question, what the model wrote, how long it took.</summary>
/// <param name="Suite">The suite.</param>
/// <param name="Id">The item of the suite.</param>
/// <param name="Turn">The question of the item.</param>
/// <param name="Asked">A hash of all that the model was shown and asked before.</param>
/// <param name="Raw">As the model wrote it.</param>
/// <param name="Text">For people.</param>
/// <param name="Spans">Phrases with boxes.</param>
/// <param name="Tokens">Tokens produced.</param>
/// <param name="Milliseconds">From the question to the end.</param>
/// <param name="Error">Why there is no answer; null when there is one.</param>
internal sealed record StoredAnswer(
    string Suite, int Id, int Turn, string Asked, string Raw, string Text, IReadOnlyList<StoredSpan> Spans, int Tokens, double Milliseconds, string? Error = null)
{
    public GivenAnswer Given() => new(Raw, Text, [.. Spans.Select(span => span.Given())], Error);
}

internal sealed record StoredSpan(string Phrase, string Kind, int Start, int End, IReadOnlyList<double[]> Boxes)
{
    public static StoredSpan Of(GroundedSpan span) => new(
        span.Phrase, span.Kind == SpanKind.Text ? "text" : "object", span.Start, span.End, [.. span.Boxes.Select(box => new[] { box.X1, box.Y1, box.X2, box.Y2 })]);

    public GroundedSpan Given() => new(Phrase, Kind == "text" ? SpanKind.Text : SpanKind.Object, Start, End,
        [.. Boxes.Select(box => new BoundingBox(box[0], box[1], box[2], box[3]))]);
}

/// <summary>What a directory of answers belongs to. Answers are only added to by a run with the same one.</summary>
/// <param name="Schema">The form of the directory.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Fingerprint">Hash of its files.</param>
/// <param name="Seed">Seed of the series.</param>
/// <param name="Split">"held-out", "training", or <see cref="OwnPictures"/>.</param>
/// <param name="MaxTokens">The most tokens of an answer.</param>
/// <param name="Fonts">Names of the fonts that pictures are drawn with.</param>
/// <param name="Emoji">Whether things are drawn with emoji or shapes alone.</param>
internal sealed record RunManifest(string Schema, string Model, string Fingerprint, ulong Seed, string Split, int MaxTokens, IReadOnlyList<string> Fonts, bool Emoji)
{
    public const string CurrentSchema = "nunchi.evaluation/1";

    /// <summary>The split of pictures that nobody drew here.</summary>
    public const string OwnPictures = "own";
}

/// <summary>A line of results.jsonl.</summary>
internal sealed record MeasureLine(string Suite, string Metric, string Group, double Value, double Low, double High, int N);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoredAnswer))]
[JsonSerializable(typeof(RunManifest))]
[JsonSerializable(typeof(Scored))]
[JsonSerializable(typeof(MeasureLine))]
internal sealed partial class RunJsonContext : JsonSerializerContext;

/// <summary>Reads and writes lines: Hangul as it is.</summary>
internal static class RunJson
{
    private static readonly RunJsonContext Context = new(new JsonSerializerOptions(RunJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Form<T>());

    /// <param name="text">What <see cref="Write"/> wrote.</param>
    /// <param name="where">File and line, for the message.</param>
    /// <exception cref="InvalidDataException">The text is not of this form.</exception>
    public static T Read<T>(string text, string where)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Form<T>()) ?? throw new JsonException("Found null.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{where} is damaged: {failure.Message}", failure);
        }
    }

    private static JsonTypeInfo<T> Form<T>() => (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!;
}

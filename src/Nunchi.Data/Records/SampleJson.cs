using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;
using Nunchi.Grounding;

namespace Nunchi.Data.Records;

/// <summary>One sample as one line of JSON: messages in the shape that chat templates read, then what is true about each answer.</summary>
internal static class SampleJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(TrainingSample sample, IReadOnlyList<string> images)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("id", sample.Id);
            json.WriteString("split", Snake(sample.Split));
            json.WriteStartArray("messages");
            int image = 0;
            foreach (Message message in sample.Messages)
                Message(json, message, images, ref image);
            json.WriteEndArray();
            json.WriteStartArray("images");
            foreach (string name in images)
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteStartArray("turns");
            foreach (TurnTruth turn in sample.Turns)
                Turn(json, turn);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static StoredSample Read(string line, string where)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return new StoredSample(
                Text(root, "id"), Value<SceneSplit>(root, "split"),
                [.. root.GetProperty("messages").EnumerateArray().Select(StoredMessage)],
                [.. root.GetProperty("images").EnumerateArray().Select(name => name.GetString() ?? throw new JsonException("A picture's name is null."))],
                [.. root.GetProperty("turns").EnumerateArray().Select(ReadTurn)]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{where} is no sample record: {error.Message} Draw the data set again, or mend the line.", error);
        }
    }

    private static void Message(Utf8JsonWriter json, Message message, IReadOnlyList<string> images, ref int image)
    {
        json.WriteStartObject();
        json.WriteString("role", Snake(message.Role));
        json.WriteStartArray("content");
        foreach (ContentPart part in message.Parts)
        {
            json.WriteStartObject();
            switch (part)
            {
                case ImagePart:
                    json.WriteString("type", "image");
                    json.WriteString("image", images[image++]);
                    break;
                case TextPart text:
                    json.WriteString("type", "text");
                    json.WriteString("text", text.Text);
                    break;
                default:
                    throw new NotSupportedException($"A sample cannot hold a part of type {part.GetType().Name}.");
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Turn(Utf8JsonWriter json, TurnTruth turn)
    {
        json.WriteStartObject();
        json.WriteString("task", Snake(turn.Task));
        json.WriteString("question", turn.Question);
        json.WriteString("group", turn.Group);
        json.WriteString("language", turn.Language);
        if (turn.Text is not null)
            json.WriteString("text", turn.Text);
        if (turn.Accept.Count > 0)
        {
            json.WriteStartArray("accept");
            foreach (string word in turn.Accept)
                json.WriteStringValue(word);
            json.WriteEndArray();
        }
        if (turn.Label is not null)
            json.WriteString("label", turn.Label);
        if (turn.Boxes.Count > 0)
        {
            json.WriteStartArray("boxes");
            foreach (TruthBoxes boxes in turn.Boxes)
            {
                json.WriteStartObject();
                json.WriteString("phrase", boxes.Phrase);
                json.WriteString("kind", boxes.Kind);
                Boxes(json, "boxes", boxes.Boxes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (turn.About.Count > 0)
            Boxes(json, "about", turn.About);
        if (turn.TextHeight is { } height)
            json.WriteNumber("text_height", Math.Round(height, 1));
        json.WriteEndObject();
    }

    private static void Boxes(Utf8JsonWriter json, string name, IReadOnlyList<BoundingBox> boxes)
    {
        json.WriteStartArray(name);
        foreach (BoundingBox box in boxes)
        {
            json.WriteStartArray();
            foreach (double edge in (ReadOnlySpan<double>)[box.X1, box.Y1, box.X2, box.Y2])
                json.WriteNumberValue(Math.Round(edge, 5));
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static StoredMessage StoredMessage(JsonElement message) => new(
        Value<Role>(message, "role"),
        [.. message.GetProperty("content").EnumerateArray().Select(part => Text(part, "type") switch
        {
            "image" => new StoredPart(Text(part, "image"), null),
            "text" => new StoredPart(null, Text(part, "text")),
            string other => throw new JsonException($"The type of a part is '{other}'; expected 'image' or 'text'."),
        })]);

    private static TurnTruth ReadTurn(JsonElement turn) => new()
    {
        Task = Value<TaskKind>(turn, "task"),
        Question = Text(turn, "question"),
        Group = Text(turn, "group"),
        Language = Text(turn, "language"),
        Text = turn.TryGetProperty("text", out JsonElement text) ? text.GetString() : null,
        Accept = turn.TryGetProperty("accept", out JsonElement accept) ? [.. accept.EnumerateArray().Select(word => word.GetString() ?? "")] : [],
        Label = turn.TryGetProperty("label", out JsonElement label) ? label.GetString() : null,
        Boxes = turn.TryGetProperty("boxes", out JsonElement boxes) ? [.. boxes.EnumerateArray().Select(TruthBoxes)] : [],
        About = turn.TryGetProperty("about", out JsonElement about) ? Boxes(about) : [],
        TextHeight = turn.TryGetProperty("text_height", out JsonElement height) ? height.GetSingle() : null,
    };

    private static TruthBoxes TruthBoxes(JsonElement boxes) => new(Text(boxes, "phrase"), Text(boxes, "kind"), Boxes(boxes.GetProperty("boxes")));

    private static IReadOnlyList<BoundingBox> Boxes(JsonElement boxes) => [.. boxes.EnumerateArray().Select(box =>
    {
        double[] edges = [.. box.EnumerateArray().Select(edge => edge.GetDouble())];
        return edges.Length == 4 ? new BoundingBox(edges[0], edges[1], edges[2], edges[3]) : throw new JsonException($"A box has {edges.Length} numbers; expected 4.");
    })];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is null.");

    private static string Snake<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static T Value<T>(JsonElement element, string name) where T : struct, Enum
    {
        string text = Text(element, name);
        foreach (T value in Enum.GetValues<T>())
        {
            if (Snake(value) == text)
                return value;
        }
        throw new JsonException($"'{name}' is '{text}'; expected one of {string.Join(", ", Enum.GetValues<T>().Select(Snake))}.");
    }
}

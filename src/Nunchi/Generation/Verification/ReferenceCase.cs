using System.Text.Json;
using Nunchi.Chat;
using Nunchi.Images;

namespace Nunchi.Generation.Verification;

/// <summary>A conversation of <c>cases.json</c> and what the reference made of it.</summary>
internal sealed record ReferenceCase(string Name, IReadOnlyList<Message> Messages, IReadOnlyList<RgbImage> Images, TilingMode Tiling, string Prompt, int[] GreedyIds)
{
    public static IReadOnlyList<ReferenceCase> Load(string directory, string? imagesDirectory)
    {
        string file = Path.Combine(directory, "cases.json");
        if (!File.Exists(file))
            throw new FileNotFoundException($"\"{directory}\" is no directory of cases: it has no cases.json.", file);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            var pictures = new Dictionary<string, RgbImage>(StringComparer.Ordinal);
            RgbImage Picture(string name)
            {
                if (!pictures.TryGetValue(name, out RgbImage? picture))
                    pictures[name] = picture = ImageDecoder.Decode(File.ReadAllBytes(FindPicture(directory, imagesDirectory, name)));
                return picture;
            }
            return [.. document.RootElement.EnumerateArray().Select(item => Read(item, Picture))];
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file}: no list of cases as the reference writes them: {failure.Message}", failure);
        }
    }

    private static ReferenceCase Read(JsonElement item, Func<string, RgbImage> picture) => new(
        item.GetProperty("name").GetString()!,
        [.. item.GetProperty("messages").EnumerateArray().Select(message => ReadMessage(message, picture))],
        [.. item.GetProperty("images").EnumerateArray().Select(name => picture(name.GetString()!))],
        item.TryGetProperty("tiling", out JsonElement tiling) && tiling.GetString() == "single_view_each" ? TilingMode.SingleView : TilingMode.AnyRes,
        item.GetProperty("prompt").GetString()!,
        [.. item.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())]);

    private static Message ReadMessage(JsonElement message, Func<string, RgbImage> picture)
    {
        Role role = message.GetProperty("role").GetString() switch
        {
            "system" => Role.System,
            "assistant" => Role.Assistant,
            "user" => Role.User,
            var other => throw new FormatException($"The role \"{other}\" is not known."),
        };
        JsonElement content = message.GetProperty("content");
        if (content.ValueKind == JsonValueKind.String)
            return new Message(role, content.GetString()!);
        return new Message(role, [.. content.EnumerateArray().Select(part => (ContentPart)(part.GetProperty("type").GetString() == "image"
            ? new ImagePart(picture(part.GetProperty("image").GetString()!))
            : new TextPart(part.GetProperty("text").GetString()!)))]);
    }

    private static string FindPicture(string directory, string? imagesDirectory, string name)
    {
        if (name.IndexOfAny(['/', '\\', ':', '\0']) >= 0)
            throw new FormatException($"\"{name}\" is no picture's name.");
        string[] places = imagesDirectory != null ? [imagesDirectory] : [Path.Combine(directory, "..", "images"), Path.Combine(directory, "images")];
        return places.Select(place => Path.Combine(place, name + ".png")).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"The picture {name}.png is in none of {string.Join(", ", places.Select(Path.GetFullPath))}.");
    }
}

using Nunchi.Data.Pages;
using Nunchi.Data.Objects;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nunchi.Data.Scenes;

/// <summary>Scene records as JSON: snake_case names, enumerations as words, Hangul as it is, one line.</summary>
public static class SceneJson
{
    private static readonly SceneJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter<SceneKind>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<SceneSplit>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<TextRole>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<ColourName>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<RelationKind>(JsonNamingPolicy.SnakeCaseLower),
            new QuadConverter(),
        },
    });

    /// <summary>One line of JSON.</summary>
    public static string Serialize(Scene scene) => JsonSerializer.Serialize(scene, Context.Scene);

    /// <summary>Reads one record.</summary>
    /// <param name="json">JSON text as <see cref="Serialize"/> writes it.</param>
    /// <param name="where">File and line, for the message.</param>
    /// <exception cref="InvalidDataException">The text is no scene record of a version this program knows.</exception>
    public static Scene Deserialize(string json, string where)
    {
        Scene scene;
        try
        {
            scene = JsonSerializer.Deserialize(json, Context.Scene) ?? throw new JsonException("Found null.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{where} is no scene record: {error.Message}", error);
        }
        if (scene.Version != Scene.CurrentVersion)
            throw new InvalidDataException($"{where} is a scene record of version {scene.Version}; this program reads version {Scene.CurrentVersion}. Draw the data set again.");
        return scene;
    }
}

[JsonSerializable(typeof(Scene))]
internal sealed partial class SceneJsonContext : JsonSerializerContext;

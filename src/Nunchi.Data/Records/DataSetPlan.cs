using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nunchi.Data.Scenes;
using Nunchi.Data.Tasks;

namespace Nunchi.Data.Records;

/// <summary>What a data set is drawn from: everything that decides its bytes. It stands in the directory, so that drawing on with another plan is refused.</summary>
internal static class DataSetPlan
{
    public const int Version = 1;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(int count, ulong seed, SceneSplit split, TaskMixture mixture, SceneAssets assets)
    {
        SceneOptions pictures = mixture.Pictures;
        var plan = new JsonObject
        {
            ["schema"] = "nunchi.dataset",
            ["version"] = Version,
            ["count"] = count,
            ["seed"] = seed,
            ["split"] = split == SceneSplit.Training ? "training" : "held_out",
            ["scenes"] = Weights(mixture.Scenes),
            ["tasks"] = Weights(mixture.Tasks),
            ["max_turns"] = mixture.MaxTurns,
            ["english"] = mixture.English,
            ["several_images"] = mixture.SeveralImages,
            ["text_only"] = mixture.TextOnly,
            ["min_side"] = pictures.MinSide,
            ["max_side"] = pictures.MaxSide,
            ["legible_height"] = pictures.LegibleHeight,
            ["smallest_text"] = pictures.SmallestText,
            ["harshness"] = pictures.Harshness,
            ["font_count"] = pictures.FontCount,
            ["emoji"] = assets.Painter.HasEmoji,
            ["fonts"] = new JsonArray([.. assets.Faces(split, pictures.FontCount).Select(face => (JsonNode)face.Name)]),
        };
        return Encoding.UTF8.GetBytes(plan.ToJsonString(Readable) + "\n");
    }

    private static JsonObject Weights<T>(IReadOnlyDictionary<T, double> weights) where T : struct, Enum =>
        new(weights.Where(w => w.Value > 0).OrderBy(w => w.Key).Select(w => KeyValuePair.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(w.Key.ToString()), (JsonNode?)JsonValue.Create(w.Value))));
}

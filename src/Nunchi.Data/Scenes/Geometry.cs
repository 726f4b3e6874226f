using Nunchi.Data.Pages;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nunchi.Grounding;

namespace Nunchi.Data.Scenes;

/// <summary>A box in pixels of the final picture: left, top, right, bottom; (0, 0) is the top left corner. In JSON an array of four numbers.</summary>
/// <param name="X1">Left edge.</param>
/// <param name="Y1">Top edge.</param>
/// <param name="X2">Right edge.</param>
/// <param name="Y2">Bottom edge.</param>
[JsonConverter(typeof(SceneBoxConverter))]
public readonly record struct SceneBox(float X1, float Y1, float X2, float Y2)
{
    /// <summary>Width in pixels.</summary>
    [JsonIgnore]
    public float Width => X2 - X1;

    /// <summary>Height in pixels.</summary>
    [JsonIgnore]
    public float Height => Y2 - Y1;

    /// <summary>Horizontal centre.</summary>
    [JsonIgnore]
    public float CentreX => (X1 + X2) / 2;

    /// <summary>Vertical centre.</summary>
    [JsonIgnore]
    public float CentreY => (Y1 + Y2) / 2;

    /// <summary>The same box as fractions of a picture of the given size.</summary>
    /// <param name="width">Columns of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    public BoundingBox ToBoundingBox(int width, int height) =>
        new(X1 / (double)width, Y1 / (double)height, X2 / (double)width, Y2 / (double)height);

    /// <summary>The smallest upright box around four corners.</summary>
    public static SceneBox Around(in Quad corners) => new(corners.Left, corners.Top, corners.Right, corners.Bottom);

    /// <summary>The smallest box that holds both.</summary>
    public SceneBox Union(SceneBox other) =>
        new(Math.Min(X1, other.X1), Math.Min(Y1, other.Y1), Math.Max(X2, other.X2), Math.Max(Y2, other.Y2));

    /// <summary>The part of the box that lies inside a picture of the given size; null when nothing does.</summary>
    public SceneBox? ClipTo(int width, int height)
    {
        SceneBox inside = new(Math.Max(0, X1), Math.Max(0, Y1), Math.Min(width, X2), Math.Min(height, Y2));
        return inside.Width > 0 && inside.Height > 0 ? inside : null;
    }
}

internal sealed class SceneBoxConverter : JsonConverter<SceneBox>
{
    public override SceneBox Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        float[] values = NumberArray.Read(ref reader, 4);
        return new SceneBox(values[0], values[1], values[2], values[3]);
    }

    public override void Write(Utf8JsonWriter writer, SceneBox value, JsonSerializerOptions options) =>
        NumberArray.Write(writer, [value.X1, value.Y1, value.X2, value.Y2]);
}

/// <summary>Four corners as an array of eight numbers.</summary>
internal sealed class QuadConverter : JsonConverter<Quad>
{
    public override Quad Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        float[] v = NumberArray.Read(ref reader, 8);
        return new Quad(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
    }

    public override void Write(Utf8JsonWriter writer, Quad value, JsonSerializerOptions options) =>
        NumberArray.Write(writer, [value.X1, value.Y1, value.X2, value.Y2, value.X3, value.Y3, value.X4, value.Y4]);
}

internal static class NumberArray
{
    public static float[] Read(ref Utf8JsonReader reader, int count)
    {
        float[] values = new float[count];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"Expected an array of {values.Length} numbers, found {reader.TokenType}.");
        for (int i = 0; i < values.Length; i++)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number)
                throw new JsonException($"Expected an array of {values.Length} numbers; entry {i} is no number.");
            values[i] = reader.GetSingle();
        }
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException($"Expected an array of {values.Length} numbers; it holds more.");
        return values;
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<float> values)
    {
        writer.WriteStartArray();
        foreach (float value in values)
            writer.WriteNumberValue(Math.Round((double)value, 1));
        writer.WriteEndArray();
    }
}

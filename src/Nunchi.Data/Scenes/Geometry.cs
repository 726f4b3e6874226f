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

/// <summary>Four corners in pixels of the final picture, in the order of the drawn thing: top left, top right, bottom right, bottom left. In JSON an array of eight numbers.</summary>
/// <param name="X1">Top left x.</param>
/// <param name="Y1">Top left y.</param>
/// <param name="X2">Top right x.</param>
/// <param name="Y2">Top right y.</param>
/// <param name="X3">Bottom right x.</param>
/// <param name="Y3">Bottom right y.</param>
/// <param name="X4">Bottom left x.</param>
/// <param name="Y4">Bottom left y.</param>
[JsonConverter(typeof(QuadConverter))]
public readonly record struct Quad(float X1, float Y1, float X2, float Y2, float X3, float Y3, float X4, float Y4)
{
    /// <summary>The smallest upright box around the corners.</summary>
    [JsonIgnore]
    public SceneBox Bounds => new(
        Math.Min(Math.Min(X1, X2), Math.Min(X3, X4)), Math.Min(Math.Min(Y1, Y2), Math.Min(Y3, Y4)),
        Math.Max(Math.Max(X1, X2), Math.Max(X3, X4)), Math.Max(Math.Max(Y1, Y2), Math.Max(Y3, Y4)));

    /// <summary>Whether a point lies inside (the corners must be convex, in either turning direction).</summary>
    public bool Contains(float x, float y)
    {
        float a = Side(X1, Y1, X2, Y2, x, y), b = Side(X2, Y2, X3, Y3, x, y), c = Side(X3, Y3, X4, Y4, x, y), d = Side(X4, Y4, X1, Y1, x, y);
        return (a >= 0 && b >= 0 && c >= 0 && d >= 0) || (a <= 0 && b <= 0 && c <= 0 && d <= 0);
    }

    private static float Side(float ax, float ay, float bx, float by, float x, float y) => ((bx - ax) * (y - ay)) - ((by - ay) * (x - ax));
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

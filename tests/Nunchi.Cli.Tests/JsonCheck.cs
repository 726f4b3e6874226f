using System.Text.Json;

namespace Nunchi.Cli.Tests;

/// <summary>Checks the JSON that commands write.</summary>
internal static class JsonCheck
{
    /// <summary>The single object that the output is.</summary>
    public static JsonElement Single(string output, string schema)
    {
        Assert.EndsWith("\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', output[..^1]);
        JsonElement root = JsonDocument.Parse(output).RootElement;
        Assert.Equal(schema, root.GetProperty("schema").GetString());
        Assert.Equal("schema", root.EnumerateObject().First().Name);
        return root;
    }

    public static JsonElement Error(string output)
    {
        JsonElement error = Single(output, "nunchi.error/1").GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        return error;
    }

    public static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
